package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.InvalidResponse;
import com.qustellar.qsde.DownloadException.TooLarge;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files whose length is known beforehand: {@code origin} is the request's own, then its mirror. */
class TotalBytesTest extends EngineTestBase {

  private static final Body BODY = Body.random(41, 6 * SEGMENT + 100);
  private static final Body SHORTER = Body.random(42, BODY.length() - 1);
  private static final Body LONGER = Body.random(43, BODY.length() + 1);

  private ScriptedOrigin second;

  @BeforeEach
  void serve() {
    second = ScriptedOrigin.start();
    origin.serve("/file", BODY);
    second.serve("/mirror", BODY);
  }

  @AfterEach
  void closeMirror() {
    second.close();
  }

  private DownloadRequest sized() {
    return request("/file").withTotalBytes(BODY.length());
  }

  private DownloadRequest mirrored() {
    return sized().withMirrors(second.uri("/mirror").toString());
  }

  private static void serveUntold(ScriptedOrigin by, String path, Body body) {
    by.serve(path, Resource.of(body).withoutRanges());
    by.on(path).answer(Reply::chunked);
  }

  private static String reason(long actual) {
    return "it has "
        + actual
        + " bytes, not the "
        + BODY.length()
        + " that are expected: check the size or the source";
  }

  private static String moreThanExpected() {
    return "it has more than the "
        + BODY.length()
        + " bytes that are expected: check the size or the source";
  }

  // ---- one place

  @Test
  void aFileOfItsLengthIsTakenHoweverItComes() throws IOException {
    assertThat(get(sized()).notes()).isEmpty();
    assertHolds(target(), BODY);
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    get(sized().withOverwrite(true));
    assertHolds(target(), BODY);
    serveUntold(origin, "/file", BODY);
    // An early end would have been seen.
    assertThat(get(sized().withOverwrite(true)).notes()).containsExactly(Note.SINGLE_STREAM);
    assertHolds(target(), BODY);
  }

  @Test
  void oneWithoutAByteIsOneAsWell() throws IOException {
    origin.serve("/empty", Body.of(""));
    get(request("/empty").withTotalBytes(0));
    assertThat(target()).isEmptyFile();
    failure(InvalidResponse.class, sized().withTotalBytes(0).withOverwrite(true));
    failure(
        InvalidResponse.class, request("/empty").withTotalBytes(1).withTarget(dir.resolve("no")));
    assertDirectoryHolds("target");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneThatIsToldToHaveAnotherIsRefusedBeforeAByteIsTaken(boolean ranges) {
    for (Body other : List.of(SHORTER, LONGER)) {
      Resource resource = Resource.of(other);
      origin.serve("/file", ranges ? resource : resource.withoutRanges());
      int before = origin.requests().size();
      AtomicLong received = new AtomicLong();
      Download download = engine.submit(sized());
      download
          .progress()
          .subscribe(now -> received.accumulateAndGet(now.bytesReceived(), Math::max));
      InvalidResponse failure =
          catchThrowableOfType(InvalidResponse.class, () -> download.result().block(LIMIT));
      assertThat(failure.reason()).isEqualTo(reason(other.length()));
      assertThat(failure.retryable()).isFalse();
      assertThat(received).hasValue(0);
      assertThat(origin.requests()).hasSize(before + 1);
      assertDirectoryHolds();
    }
  }

  @Test
  void oneThatEndsTooEarlyFailsBeforeTheTargetAppears() {
    serveUntold(origin, "/file", SHORTER);
    InvalidResponse failure = failure(InvalidResponse.class, sized());
    assertThat(failure.reason()).isEqualTo(reason(SHORTER.length()));
    // Once more past the caches, as after a wrong digest, and no more.
    assertThat(origin.requests()).hasSize(2);
    assertThat(origin.requests().get(1).header("Cache-Control")).hasValue("no-cache");
    assertDirectoryHolds();
  }

  @Test
  void oneThatEndedTooEarlyOnceIsTakenWhole() throws IOException {
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").answer(Reply::closeDelimited);
    origin.on("/file").request(1).answer(reply -> reply.closeAfter(2 * SEGMENT));
    assertThat(get(sized()).notes()).containsExactlyInAnyOrder(Note.SINGLE_STREAM, Note.RESTARTED);
    assertHolds(target(), BODY);
  }

  @Test
  void oneThatGoesOnTooLongIsStoppedAtOnce() {
    Body more = BODY.then(Body.random(44, 1));
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", Resource.of(more.then(Body.random(45, SEGMENT))).withoutRanges());
    // No more than tells that it is too long ever comes.
    origin.on("/file").answer(reply -> reply.chunked().stallAfter(more.length(), never));
    InvalidResponse failure = failure(InvalidResponse.class, sized());
    never.countDown();
    assertThat(failure.reason()).isEqualTo(moreThanExpected());
    assertThat(origin.requests()).hasSize(2);
    assertDirectoryHolds();
  }

  @Test
  void ofTwoBoundsTheLowerOneIsTold() {
    DownloadRequest longer = sized().withTotalBytes(LONGER.length());
    failure(TooLarge.class, longer.withMaxBytes(BODY.length() - 1));
    failure(InvalidResponse.class, longer.withMaxBytes(BODY.length()));
    failure(InvalidResponse.class, request("/file").withTotalBytes(9).withMaxBytes(9));
    serveUntold(origin, "/file", BODY);
    failure(TooLarge.class, longer.withMaxBytes(BODY.length() - 1));
    failure(InvalidResponse.class, longer.withMaxBytes(BODY.length()));
    failure(InvalidResponse.class, request("/file").withTotalBytes(9).withMaxBytes(9));
    assertDirectoryHolds();
  }

  // ---- what is there already

  @Test
  void aPresentFileOfAnotherLengthIsNotTheOne() throws IOException {
    DownloadRequest verified = sized().withChecksum("sha256:" + BODY.sha256());
    get(verified);
    assertThat(get(verified).notes()).containsExactly(Note.ALREADY_PRESENT);
    FileAccess failure = failure(FileAccess.class, verified.withTotalBytes(1));
    assertThat(failure.reason()).isEqualTo(FileAccess.Reason.EXISTS);
  }

  @Test
  @KeepsPartFiles
  void aLaterRunGoesOn() throws IOException {
    interrupt();
    origin.serve("/file", LONGER);
    assertThat(failure(InvalidResponse.class, sized()).reason()).isEqualTo(reason(LONGER.length()));
    // What an earlier run has left is of the file that is wanted: it may come back.
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
    origin.serve("/file", BODY);
    DownloadResult result = get(sized());
    assertHolds(target(), BODY);
    assertThat(result.resumedBytes()).isPositive();
    assertDirectoryHolds("target");
  }

  /** Leaves a download half done. */
  private void interrupt() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    origin.on("/file").requests(3, 8).answer((asked, reply) -> reply.stallAfter(10, never));
    Download download = engine.submit(sized().withConnections(2));
    await(() -> download.latest().completedSegments() >= 2);
    download.dispose();
    download.closed().block(LIMIT);
    never.countDown();
    assertThat(Files.exists(journal())).isTrue();
  }

  // ---- mirrors

  @Test
  void aMirrorThatTellsAnotherLengthIsLeftForTheNext() throws IOException {
    origin.serve("/file", LONGER);
    DownloadResult result = get(mirrored());
    assertHolds(target(), BODY);
    assertThat(result.finalUri()).isEqualTo(second.uri("/mirror"));
    assertThat(result.notes()).isEmpty();
    assertThat(origin.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aMirrorThatComesOutWithAnotherIsLeftForTheNext(boolean told) throws IOException {
    serveUntold(origin, "/file", SHORTER);
    if (!told) {
      serveUntold(second, "/mirror", BODY);
    }
    DownloadResult result = get(mirrored());
    assertHolds(target(), BODY);
    assertThat(result.finalUri()).isEqualTo(second.uri("/mirror"));
    assertThat(result.notes()).contains(Note.RESTARTED);
    assertThat(origin.requests()).hasSize(1);
  }

  @Test
  @KeepsPartFiles
  void oneThatTakesPartWithAnotherLengthBringsNothingAndCastsNoDoubt() throws IOException {
    second.serve("/mirror", LONGER);
    origin.onEvery((request, reply) -> reply.pacedAt(2_000_000));
    DownloadRequest request = mirrored().withConnections(4).withChecksum("sha256:" + BODY.sha256());
    assertThat(get(request).notes()).isEmpty();
    assertHolds(target(), BODY);
    Files.delete(target());
    // The first one fails for good: the other one has not the file, and is not asked for it alone.
    CountDownLatch begun = new CountDownLatch(1);
    Reply gone = Reply.status(404).body(Body.of("")).delayedUntil(begun);
    origin.onEvery((asked, reply) -> asked(asked).start() == 0 ? reply : gone);
    Download download = engine.submit(request);
    await(() -> download.latest().bytesReceived() > 0);
    begun.countDown();
    assertThat(download.result().materialize().block(LIMIT).getThrowable())
        .isInstanceOf(DownloadException.HttpStatus.class);
    assertThat(second.requests()).noneMatch(asked -> asked.header("Cache-Control").isPresent());
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
  }

  @Test
  void withNoneLeftItFailsAndTellsThemAll() {
    origin.serve("/file", LONGER);
    second.serve("/mirror", SHORTER);
    InvalidResponse failure = failure(InvalidResponse.class, mirrored());
    assertThat(failure.uri()).isEqualTo(origin.uri("/file"));
    assertThat(failure.reason()).isEqualTo(reason(LONGER.length()));
    assertThat(failure.getSuppressed())
        .filteredOn(InvalidResponse.class::isInstance)
        .singleElement()
        .satisfies(
            other ->
                assertThat(((InvalidResponse) other).reason()).isEqualTo(reason(SHORTER.length())));
    serveUntold(origin, "/file", LONGER);
    serveUntold(second, "/mirror", SHORTER);
    failure(InvalidResponse.class, mirrored());
    assertDirectoryHolds();
  }

  // ---- streams

  private long streamed(DownloadRequest request, AtomicLong passed) {
    return engine.stream(request)
        .doOnNext(buffer -> passed.addAndGet(buffer.remaining()))
        .count()
        .block(LIMIT);
  }

  @Test
  void aStreamOfItsLengthCompletes() {
    AtomicLong passed = new AtomicLong();
    streamed(sized(), passed);
    serveUntold(origin, "/file", BODY);
    streamed(sized(), passed);
    origin.serve("/file", LONGER);
    streamed(mirrored(), passed);
    assertThat(passed).hasValue(3 * BODY.length());
  }

  @Test
  void aStreamOfAnotherFails() {
    AtomicLong passed = new AtomicLong();
    origin.serve("/file", LONGER);
    InvalidResponse told =
        catchThrowableOfType(InvalidResponse.class, () -> streamed(sized(), passed));
    assertThat(told.reason()).isEqualTo(reason(LONGER.length()));
    assertThat(passed).hasValue(0);

    serveUntold(origin, "/file", SHORTER);
    InvalidResponse early =
        catchThrowableOfType(InvalidResponse.class, () -> streamed(sized(), passed));
    assertThat(early.reason()).isEqualTo(reason(SHORTER.length()));

    passed.set(0);
    serveUntold(origin, "/file", LONGER);
    InvalidResponse late =
        catchThrowableOfType(InvalidResponse.class, () -> streamed(sized(), passed));
    assertThat(late.reason()).isEqualTo(moreThanExpected());
    assertThat(passed).hasValueLessThanOrEqualTo(BODY.length());
    // What has been passed on can't be taken back.
    assertThat(origin.requests()).hasSize(3);
  }
}
