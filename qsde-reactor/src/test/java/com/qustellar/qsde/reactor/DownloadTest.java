package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException.ChecksumMismatch;
import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/** The way of the bytes, with a server that does nothing wrong. */
class DownloadTest extends EngineTestBase {

  @Test
  void fetchesAFileInSegments() throws IOException {
    Body body = Body.random(1, 12 * SEGMENT);
    origin.serve("/file", body);
    DownloadResult result =
        get(request("/file").withComputedChecksum(HashAlgorithm.SHA256).withId("one"));
    assertHolds(target(), body);
    assertThat(result.id()).isEqualTo("one");
    assertThat(result.target()).isEqualTo(target());
    assertThat(result.bytes()).isEqualTo(body.length());
    assertThat(result.resumedBytes()).isZero();
    assertThat(result.checksum()).isEqualTo(Checksum.parse("sha256:" + body.sha256()));
    assertThat(result.retries()).isZero();
    assertThat(result.segments()).isEqualTo(12);
    assertThat(result.finalUri()).isEqualTo(origin.uri("/file"));
    assertThat(result.validator()).startsWith("\"");
    assertThat(result.notes()).isEmpty();
    assertThat(origin.requests()).hasSize(12);
    assertSent(body.length());
    assertDirectoryHolds("target");
  }

  @Test
  void aSmallFileTakesOneRoundTrip() throws IOException {
    Body body = Body.of("hello");
    origin.serve("/file", body);
    get(request("/file"));
    assertHolds(target(), body);
    RecordedRequest only = origin.requests().get(0);
    assertThat(origin.requests()).hasSize(1);
    assertThat(only.method()).isEqualTo("GET");
    assertThat(only.header("Range")).contains("bytes=0-65535");
    assertThat(only.header("Accept-Encoding")).contains("identity");
    assertThat(only.header("If-Range")).isEmpty();
    assertThat(only.header("Cache-Control")).isEmpty();
  }

  @Test
  void onErrorContinueIsForTheOperatorsOfItsCaller() {
    origin.serve("/file", Body.of("hello"));
    List<Throwable> skipped = new ArrayList<>();
    List<DownloadResult> results =
        Flux.just("/none", "/file")
            .concatMap(path -> engine.download(request(path)))
            .onErrorContinue((thrown, value) -> skipped.add(thrown))
            .collectList()
            .block(LIMIT);
    assertThat(results).hasSize(1);
    assertThat(skipped).hasOnlyElementsOfType(HttpStatus.class).hasSize(1);

    Flux<?> body = engine.stream(request("/none")).onErrorContinue((thrown, value) -> {});
    assertThatThrownBy(() -> body.blockLast(LIMIT)).isInstanceOf(HttpStatus.class);
    Flux<?> batch = engine.downloadAll(Flux.just(request("/none")));
    assertThat(batch.onErrorContinue((thrown, value) -> {}).blockLast(LIMIT))
        .isInstanceOf(DownloadOutcome.Failed.class);
  }

  @Test
  void laterRangesAreAskedForUnderTheStrongEtag() {
    origin.serve("/file", Resource.of(Body.random(2, 3 * SEGMENT)).withEtag("\"v1\""));
    DownloadResult result = get(request("/file").withConnections(1));
    assertThat(ranges())
        .containsExactly("bytes=0-65535", "bytes=65536-131071", "bytes=131072-196607");
    assertThat(origin.requests().stream().skip(1))
        .allSatisfy(later -> assertThat(later.header("If-Range")).contains("\"v1\""));
    assertThat(result.validator()).isEqualTo("\"v1\"");
  }

  @Test
  void aWeakEtagIsNoConditionAndLeavesTheResultUnproven() throws IOException {
    Body body = Body.random(3, 3 * SEGMENT);
    origin.serve("/file", Resource.of(body).withEtag("W/\"v1\""));
    DownloadResult result = get(request("/file"));
    assertHolds(target(), body);
    assertThat(origin.requests())
        .allSatisfy(request -> assertThat(request.header("If-Range")).isEmpty());
    assertThat(result.notes()).containsExactly(Note.UNPROVEN);
    assertThat(result.validator()).isNull();
  }

  @Test
  void aDigestProvesWhatNoValidatorDoes() {
    Body body = Body.random(4, 3 * SEGMENT);
    origin.serve("/file", Resource.of(body).withoutValidators());
    DownloadResult result = get(request("/file").withChecksum("sha256:" + body.sha256()));
    assertThat(result.notes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "1, 1",
    "65535, 1",
    "65536, 1",
    "65537, 2",
    "131071, 2",
    "131072, 2",
    "131073, 2",
    "147455, 2",
    "147456, 3",
    "1000000, 16"
  })
  void everySizeAroundTheBoundariesOfSegmentsIsWhole(int size, int segments) throws IOException {
    Body body = Body.random(size, size);
    origin.serve("/file", body);
    DownloadResult result = get(request("/file").withChecksum("sha256:" + body.sha256()));
    assertHolds(target(), body);
    assertThat(result.segments()).isEqualTo(segments);
    assertThat(origin.requests()).hasSize(segments);
    assertSent(size);
  }

  /** Each seed is a size, a plan, and a way to cut the bodies up. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anyPlanOfAnySizeGivesTheSameFile(long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < 6; i++) {
      Body body = Body.random(random.nextLong(), random.nextInt(700_000));
      int piece = 1 + random.nextInt(random.nextBoolean() ? 300 : 70_000);
      String path = "/" + i;
      origin.serve(path, body);
      origin.on(path).answer(reply -> reply.inPiecesOf(piece));
      engine.limits(
          limits()
              .withSegmentSize(SEGMENT + random.nextInt(150_000))
              .withWriteBufferSize(4096 + random.nextInt(200_000))
              .withConnectionsPerDownload(1 + random.nextInt(8)));
      Path file = dir.resolve("file" + i);
      get(
          DownloadRequest.of(origin.uri(path), file)
              .withChecksum("sha256:" + body.sha256())
              .withFsync(random.nextBoolean()));
      assertHolds(file, body);
    }
  }

  @ParameterizedTest
  @EnumSource(HashAlgorithm.class)
  void everyAlgorithmIsVerified(HashAlgorithm algorithm) {
    Body body = Body.random(5, 5 * SEGMENT + 17);
    origin.serve("/file", body);
    Checksum right = new Checksum(algorithm, body.digest(algorithm.jcaName()));
    assertThat(get(request("/file").withChecksum(right)).checksum()).isEqualTo(right);
  }

  @Test
  void aWrongDigestStartsOverOncePastTheCachesAndThenFails() {
    Body body = Body.random(6, 3 * SEGMENT);
    origin.serve("/file", body);
    Checksum wrong = Checksum.parse("sha256:" + Body.of("another").sha256());
    ChecksumMismatch failure =
        failure(ChecksumMismatch.class, request("/file").withChecksum(wrong));
    assertThat(failure.expected()).isEqualTo(wrong);
    assertThat(failure.actual().hex()).isEqualTo(body.sha256());
    assertThat(failure.target()).isEqualTo(target());
    assertThat(origin.requests()).hasSize(6);
    assertThat(origin.requests().subList(3, 6))
        .allSatisfy(again -> assertThat(again.header("Cache-Control")).contains("no-cache"));
    assertDirectoryHolds();
  }

  @Test
  void whatACacheHadWrongIsRightOnTheSecondPass() throws IOException {
    Body body = Body.random(7, 3 * SEGMENT + 1);
    Body stale = Body.random(8, 2 * SEGMENT);
    origin.serve("/file", body);
    origin
        .on("/file")
        .where(request -> request.header("Cache-Control").isEmpty())
        .serve(Resource.of(stale));
    DownloadResult result = get(request("/file").withChecksum("sha256:" + body.sha256()));
    assertHolds(target(), body);
    assertThat(result.notes()).containsExactly(Note.RESTARTED);
    assertThat(result.bytes()).isEqualTo(body.length());
    assertThat(result.segments()).isEqualTo(3);
  }

  @Test
  void aServerThatGivesLessThanWasAskedIsAskedForTheRest() throws IOException {
    Body body = Body.random(9, 3 * SEGMENT);
    origin.serve("/file", body);
    origin
        .on("/file")
        .answer(
            (request, reply) -> {
              ByteRange asked = asked(request);
              long end = Math.min(asked.endExclusive(), asked.start() + 30_000);
              return part(reply, body, asked.start(), end);
            });
    DownloadResult result = get(request("/file").withRetryPolicy(RetryPolicy.none()));
    assertHolds(target(), body);
    assertThat(result.retries()).isZero();
    assertThat(result.segments()).isEqualTo(3);
    assertSent(body.length());
  }

  @Test
  void aRangeThatBeginsEarlierLosesItsOverlap() throws IOException {
    Body body = Body.random(10, 3 * SEGMENT);
    origin.serve("/file", body);
    origin
        .on("/file")
        .answer(
            (request, reply) -> {
              ByteRange asked = asked(request);
              return part(reply, body, asked.start() / 50_000 * 50_000, asked.endExclusive());
            });
    DownloadResult result = get(request("/file"));
    assertHolds(target(), body);
    assertThat(result.retries()).isZero();
  }

  @Test
  void aServerThatSendsMoreThanWasAskedIsStoppedAtTheBoundary() throws IOException {
    Body body = Body.random(11, 3 * SEGMENT);
    origin.serve("/file", body);
    origin
        .on("/file")
        .answer((request, reply) -> part(reply, body, asked(request).start(), body.length()));
    DownloadResult result = get(request("/file"));
    assertHolds(target(), body);
    assertThat(result.bytes()).isEqualTo(body.length());
    assertThat(result.retries()).isZero();
  }
}
