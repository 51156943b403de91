package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.Source;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/** Requests whose source tells where the bytes are, and is asked again when that has expired. */
class SourceTest extends EngineTestBase {

  private static final Body BODY = Body.random(7, 8 * SEGMENT);

  private final AtomicInteger asked = new AtomicInteger();

  /** Each is good for so many requests. */
  private CompletionStage<Source> sign() {
    int number = asked.incrementAndGet();
    return CompletableFuture.completedFuture(
        new Source(origin.uri("/signed?token=" + number), Map.of("X-Token", "t" + number)));
  }

  private void serve(int goodFor, int status) {
    AtomicInteger requests = new AtomicInteger();
    origin.serve("/signed", BODY);
    origin
        .on("/signed")
        .answer(
            (request, reply) ->
                isGood(request, 1 + requests.getAndIncrement() / goodFor)
                    ? reply
                    : Reply.status(status));
  }

  private static boolean isGood(RecordedRequest request, int number) {
    return request.header("X-Token").equals(Optional.of("t" + number));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 410})
  void itIsAskedAgainWhenWhatItNamedHasExpired(int status) throws IOException {
    serve(3, status);
    DownloadRequest request = request("/file").withSource(this::sign).withConnections(1);
    get(request);
    assertHolds(target(), BODY);
    assertThat(asked.get()).isBetween(3, 4);
    assertThat(origin.requests("/file")).isEmpty();
  }

  /** As many as the engine has threads for files, on small machines. */
  @Test
  void itMayWaitForTheSameEngine() throws IOException {
    origin.serve("/token", BODY);
    serve(Integer.MAX_VALUE, 403);
    AtomicInteger tokens = new AtomicInteger();
    List<DownloadRequest> requests =
        IntStream.range(0, 4)
            .mapToObj(
                n ->
                    DownloadRequest.of(origin.uri("/file"), dir.resolve("file" + n))
                        .withSource(
                            () -> {
                              Path token = dir.resolve("token" + tokens.incrementAndGet());
                              get(DownloadRequest.of(origin.uri("/token"), token));
                              return CompletableFuture.completedFuture(
                                  new Source(origin.uri("/signed"), Map.of("X-Token", "t1")));
                            }))
            .toList();

    engine.downloadAll(Flux.fromIterable(requests)).blockLast(LIMIT);

    for (int n = 0; n < 4; n++) {
      assertHolds(dir.resolve("file" + n), BODY);
    }
  }

  @Test
  void segmentsThatFindItExpiredTogetherAskOnce() throws IOException {
    AtomicInteger requests = new AtomicInteger();
    origin.serve("/signed", BODY);
    origin
        .on("/signed")
        .answer(
            (request, reply) ->
                requests.incrementAndGet() > 2 && isGood(request, 1) ? Reply.status(403) : reply);
    get(request("/file").withSource(this::sign).withConnections(4));
    assertHolds(target(), BODY);
    assertThat(asked).hasValue(2);
  }

  @Test
  void itsFieldsGoToItsOriginOnly() throws IOException {
    try (ScriptedOrigin elsewhere = ScriptedOrigin.start()) {
      elsewhere.serve("/file", BODY);
      origin.on("/signed").answer(Reply.redirect(302, elsewhere.uri("/file").toString()));
      get(request("/file").withSource(this::sign).withHeader("X-Own", "secret"));
      assertHolds(target(), BODY);
      assertThat(origin.requests("/signed"))
          .allSatisfy(request -> assertThat(request.header("X-Token")).isPresent());
      assertThat(elsewhere.requests())
          .isNotEmpty()
          .allSatisfy(
              request -> {
                assertThat(request.header("X-Token")).isEmpty();
                assertThat(request.header("X-Own")).isEmpty();
              });
    }
  }

  @Test
  void aSourceThatFailsForNowIsAskedAgain() throws IOException {
    origin.serve("/signed", BODY);
    DownloadRequest request =
        request("/file")
            .withSource(
                () ->
                    asked.get() == 0
                        ? CompletableFuture.failedFuture(
                            new IllegalStateException("not now " + asked.incrementAndGet()))
                        : sign());
    assertThat(get(request).retries()).isEqualTo(1);
    assertHolds(target(), BODY);
  }

  @Test
  void aSourceThatNamesNothingFails() {
    DownloadRequest request =
        request("/file")
            .withSource(() -> CompletableFuture.completedFuture(null))
            .withTotalTimeout(Duration.ofSeconds(10))
            .withRetryPolicy(QUICK.withMaxAttempts(2));
    failure(DownloadException.SourceUnavailable.class, request);
  }

  @Test
  void anErrorOfASourceIsToldAtOnce() {
    LinkageError error = new LinkageError("of the source");
    DownloadRequest request =
        request("/file")
            .withSource(
                () -> {
                  throw error;
                })
            .withRetryPolicy(RetryPolicy.none());
    assertThat(failure(DownloadException.SourceUnavailable.class, request)).hasCause(error);
  }

  @Test
  void aStreamHasASourceAsWell() {
    serve(3, 403);
    DownloadRequest request =
        DownloadRequest.of(origin.uri("/file"))
            .withSource(this::sign)
            .withConnections(1)
            .withChecksum("sha256:" + BODY.sha256());
    Long bytes =
        engine.stream(request)
            .map(buffer -> (long) buffer.remaining())
            .reduce(0L, Long::sum)
            .block(LIMIT);
    assertThat(bytes).isEqualTo(BODY.length());
  }
}
