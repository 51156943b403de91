package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Origins that ask to wait (429 and 503 with Retry-After): no download of the engine goes on. */
class ManyRequestsTest extends TracelessTestBase {

  private static final Body BODY = Body.random(1, 4 * SEGMENT);
  private static final Body SMALL = Body.of("small");

  private final VirtualTime time = new VirtualTime();

  @BeforeEach
  void useVirtualTime() {
    use(builder().scheduler(time));
  }

  private Download submit(String path) {
    return engine.submit(DownloadRequest.of(origin.uri(path), target(path)));
  }

  private Path target(String path) {
    return dir.resolve(path.substring(1));
  }

  /**
   * Lets the time run while the download waits, and only then: an answer takes time as well, but
   * not of this clock.
   */
  private void runUntilEnded(Download download) {
    await(
        () -> {
          if (download.latest().state() == DownloadState.WAITING) {
            time.advanceTimeBy(Duration.ofSeconds(1));
          }
          return download.latest().state().isTerminal();
        });
    download.result().block(LIMIT);
  }

  private Download meets(String path, Reply busy) {
    origin.serve(path, BODY);
    origin.on(path).request(1).answer(busy);
    Download download = submit(path);
    awaitWaiting(download);
    return download;
  }

  private static void awaitWaiting(Download download) {
    await(() -> download.latest().state() == DownloadState.WAITING);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void nothingIsAskedOfTheOriginMeanwhile(int status) throws IOException {
    Download busy = meets("/busy", Reply.status(status).header("Retry-After", "30"));
    origin.serve("/other", SMALL);
    Download other = submit("/other");
    awaitWaiting(other);
    time.advanceTimeBy(Duration.ofMillis(29_900));
    assertThat(origin.requests()).hasSize(1);
    runUntilEnded(other);
    runUntilEnded(busy);
    assertHolds(target("/other"), SMALL);
    assertHolds(target("/busy"), BODY);
  }

  @Test
  void anotherOriginIsNotMeant() throws IOException {
    meets("/busy", Reply.status(503).header("Retry-After", "30"));
    try (ScriptedOrigin other = ScriptedOrigin.start()) {
      other.serve("/file", SMALL);
      get(DownloadRequest.of(other.uri("/file"), target()));
    }
    assertHolds(target(), SMALL);
    engine.cancelAll();
  }

  /** The segments that wait do so together, and none of them spends an attempt of its own. */
  @Test
  void theOtherSegmentsOfADownloadWaitToo() throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").request(2).answer(Reply.status(429).header("Retry-After", "10"));
    Download download = engine.submit(request("/file").withConnections(1));
    awaitWaiting(download);
    time.advanceTimeBy(Duration.ofMillis(9_900));
    assertThat(origin.requests()).hasSize(2);
    runUntilEnded(download);
    assertHolds(target(), BODY);
    assertThat(origin.requests()).hasSize(5);
    assertThat(download.result().block(LIMIT).retries()).isEqualTo(1);
  }

  /** By the server's clock, whatever the client's says. */
  @ParameterizedTest
  @ValueSource(longs = {20, 0, -3600})
  void aDateIsRelativeToTheResponses(long seconds) throws IOException {
    DateTimeFormatter format =
        DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    Instant theirs = Instant.parse("2031-05-06T07:08:09Z");
    origin.serve("/busy", BODY);
    origin
        .on("/busy")
        .request(1)
        .answer(
            Reply.status(503)
                .header("Date", format.format(theirs))
                .header("Retry-After", format.format(theirs.plusSeconds(seconds))));
    Download download = submit("/busy");
    await(() -> download.latest().retries() == 1);
    time.advanceTimeBy(Duration.ofMillis(Math.max(0, seconds * 1000 - 100)));
    if (seconds > 0) {
      assertThat(origin.requests()).hasSize(1);
    }
    runUntilEnded(download);
    assertHolds(target("/busy"), BODY);
  }

  @Test
  void whoAsksForTooMuchIsNotWaitedFor() throws IOException {
    origin.serve("/file", SMALL);
    origin.on("/busy").answer(Reply.status(503).header("Retry-After", "61"));
    HttpStatus failure = failure(HttpStatus.class, request("/busy"));
    assertThat(failure.retryAfter()).isAfter(Instant.now().plusSeconds(50));
    get(request("/file"));
    assertHolds(target(), SMALL);
  }

  /** The wait is the origin's wish, even where the download that met it gives up. */
  @Test
  void aDownloadThatDoesNotRetryLetsTheOthersWaitAllTheSame() throws IOException {
    origin.serve("/file", SMALL);
    origin.on("/busy").answer(Reply.status(429).header("Retry-After", "5"));
    failure(HttpStatus.class, request("/busy").withRetryPolicy(RetryPolicy.none()));
    Download next = submit("/file");
    awaitWaiting(next);
    time.advanceTimeBy(Duration.ofMillis(4_900));
    assertThat(origin.requests()).hasSize(1);
    runUntilEnded(next);
    assertHolds(target("/file"), SMALL);
  }

  @Test
  void whoIsCancelledMeanwhileAsksForNothing() {
    meets("/busy", Reply.status(503).header("Retry-After", "30"));
    Download other = submit("/other");
    awaitWaiting(other);
    engine.cancelAll();
    await(() -> other.latest().state() == DownloadState.CANCELLED);
    time.advanceTimeBy(Duration.ofMinutes(2));
    assertThat(origin.requests()).hasSize(1);
    assertDirectoryHolds();
  }

  /** The end of a hold is what makes it ask: what happens then comes before the hold is over. */
  @Test
  void aPauseAsAHoldEndsHidesNoLaterWait() {
    AtomicReference<Download> pausing = new AtomicReference<>();
    DownloadMetrics pauseAndResume =
        new DownloadMetrics() {
          @Override
          public void connectionTaken(String asked) {
            Download download = pausing.getAndSet(null);
            if (download != null) {
              download.pause();
              await(() -> download.latest().state() == DownloadState.PAUSED);
              download.resume();
              await(() -> download.latest().retries() == 1);
            }
          }
        };
    use(builder().scheduler(time).metrics(pauseAndResume));
    meets("/busy", Reply.status(503).header("Retry-After", "30")).dispose();
    origin.on("/other").answer(Reply.status(500));
    Download other = submit("/other");
    awaitWaiting(other);
    pausing.set(other);
    // A wait is shown before it has begun.
    await(
        () -> {
          time.advanceTimeBy(Duration.ofSeconds(1));
          return pausing.get() == null;
        });
    awaitWaiting(other);
  }
}
