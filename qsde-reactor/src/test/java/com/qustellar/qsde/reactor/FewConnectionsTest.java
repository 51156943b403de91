package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Origins that refuse a connection while they serve others. */
class FewConnectionsTest extends TracelessTestBase {

  private static final Body BODY = Body.random(1, 12 * SEGMENT);

  /** Two attempts: a refusal that cost one would soon be the end. */
  private static final RetryPolicy HASTY = QUICK.withMaxAttempts(2);

  private final CountDownLatch go = new CountDownLatch(1);

  static Stream<Reply> refusals() {
    return Stream.of(
        Reply.status(503).body(Body.of("busy")).closing(),
        Reply.status(429).body(Body.of("busy")),
        Reply.nothing(),
        Reply.nothing().resetAfter(0));
  }

  /** Answers the first request, which stalls until it may go on, and refuses others meanwhile. */
  private void serveOneAtATime(Reply refusal) {
    origin.serve("/file", BODY);
    origin.on("/file").requestsFrom(2).answer(reply -> go.getCount() > 0 ? refusal : reply);
    origin.on("/file").request(1).answer(reply -> reply.stallAfter(1000, go));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void itGoesDownToOneConnectionAndFinishes(Reply refusal) throws IOException {
    serveOneAtATime(refusal);
    Download download = engine.submit(request("/file").withConnections(4).withRetryPolicy(HASTY));
    await(() -> download.latest().retries() > 0 && download.latest().activeSegments() == 1);
    go.countDown();
    int retries = download.result().block(LIMIT).retries();
    assertHolds(target(), BODY);
    // Nothing was refused again: the others have waited for the one.
    assertThat(origin.requests()).hasSize(12 + retries);
    assertThat(retries).isLessThanOrEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({"1, false", "1, true", "2, false", "2, true", "3, false", "3, true"})
  void whateverIsAllowedIsFoundOut(int allowed, boolean reset) throws IOException {
    origin.serve("/file", BODY);
    origin.onEvery(
        (request, reply) -> {
          if (origin.openConnections() <= allowed) {
            return reply.pacedAt(4 << 20);
          }
          return reset ? Reply.nothing().resetAfter(0) : Reply.status(503).closing();
        });
    get(request("/file").withConnections(8).withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
  }

  @Test
  void aDownloadWaitsForAnotherOfTheSameOrigin() throws IOException {
    serveOneAtATime(Reply.status(503));
    DownloadRequest request = request("/file").withConnections(1).withRetryPolicy(HASTY);
    Download first = engine.submit(request);
    await(() -> first.latest().bytesReceived() > 0);
    Path other = dir.resolve("other");
    Download second =
        engine.submit(
            DownloadRequest.of(origin.uri("/file"), other)
                .withConnections(1)
                .withRetryPolicy(HASTY));
    await(() -> second.latest().retries() == 1);
    go.countDown();
    first.result().block(LIMIT);
    second.result().block(LIMIT);
    assertHolds(target(), BODY);
    assertHolds(other, BODY);
  }

  /** What is refused whoever else is served has another reason. */
  @Test
  void aSegmentThatIsAlwaysRefusedEndsTheDownload() {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .where(request -> asked(request).start() == 3 * SEGMENT)
        .answer(Reply.status(503));
    assertThat(failure(HttpStatus.class, request("/file")).status()).isEqualTo(503);
    assertThat(origin.requests().stream().filter(r -> asked(r).start() == 3 * SEGMENT))
        .hasSizeBetween(5, 5 + 16);
    assertDirectoryHolds();
  }

  @Test
  void whoWantsNoRetryGetsNone() {
    serveOneAtATime(Reply.status(503));
    failure(
        HttpStatus.class, request("/file").withConnections(2).withRetryPolicy(RetryPolicy.none()));
    assertDirectoryHolds();
  }

  @Test
  void oneMoreIsTriedWithEveryMinute() throws IOException {
    VirtualTime time = new VirtualTime();
    use(
        builder()
            .scheduler(time)
            .network(NetworkSettings.defaults().withStallTimeout(Duration.ofHours(1))));
    serveOneAtATime(Reply.status(503));
    Download download = engine.submit(request("/file").withConnections(2));
    await(() -> download.latest().retries() == 1);
    time.advanceTimeBy(Duration.ofSeconds(59));
    assertThat(origin.requests()).hasSize(2);
    // A retry is counted before it waits: its delay may begin when the time has passed.
    await(
        () -> {
          time.advanceTimeBy(Duration.ofSeconds(1));
          return download.latest().retries() == 2;
        });
    assertThat(origin.requests()).hasSize(3);
    go.countDown();
    download.result().block(LIMIT);
    assertHolds(target(), BODY);
  }
}
