package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.ConnectFailed;
import com.qustellar.qsde.DownloadException.ConnectionLost;
import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadException.Timeout;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long a download goes on trying, in virtual time. */
class PatienceTest extends TracelessTestBase {

  private static final Body BODY = Body.random(1, 4 * SEGMENT);
  private static final Duration STEP = Duration.ofMillis(200);

  private final VirtualTime time = new VirtualTime();
  private final CountDownLatch never = new CountDownLatch(1);

  @BeforeEach
  void useVirtualTime() {
    use(
        builder()
            .scheduler(time)
            .retryPolicy(RetryPolicy.defaults())
            .network(NetworkSettings.defaults().withStallTimeout(Duration.ofHours(9))));
  }

  private Duration now() {
    return Duration.ofMillis(time.now(TimeUnit.MILLISECONDS));
  }

  /** Lets time pass while the download only waits, until something holds. */
  private void waitUntil(Download download, BooleanSupplier condition) {
    await(
        () -> {
          if (condition.getAsBoolean()) {
            return true;
          }
          if (download.latest().state() == DownloadState.WAITING) {
            time.advanceTimeBy(STEP);
          }
          return false;
        });
  }

  private <T extends Throwable> T failureOf(Download download, Class<T> kind) {
    waitUntil(download, () -> download.latest().state().isTerminal());
    Throwable thrown = download.result().materialize().block(LIMIT).getThrowable();
    assertThat(thrown).isInstanceOf(kind);
    return kind.cast(thrown);
  }

  /** Begins a download that has got its first bytes when its origin goes away. */
  private Download interrupted() {
    origin.serve("/file", BODY);
    origin.on("/file").request(2).answer(reply -> reply.stallAfter(10_000, never));
    Download download = engine.submit(request("/file").withConnections(1));
    await(() -> download.latest().bytesReceived() == SEGMENT + 10_000);
    origin.close();
    return download;
  }

  @Test
  void itGoesOnWhenTheConnectionIsRestoredAfterMinutes() throws IOException {
    Download download = interrupted();
    waitUntil(download, () -> now().toSeconds() >= 240);
    assertThat(download.latest().lastError()).startsWith("could not connect");
    origin = ScriptedOrigin.start(origin.port());
    origin.serve("/file", BODY);
    waitUntil(download, () -> download.latest().state().isTerminal());
    download.result().block(LIMIT);
    assertHolds(target(), BODY);
    assertThat(ranges().get(0)).isEqualTo("bytes=" + (SEGMENT + 10_000) + "-131071");
  }

  @Test
  void withoutProgressItEndsAfterFiveMinutes() {
    Download download = interrupted();
    failureOf(download, ConnectFailed.class);
    assertThat(now()).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
    // Full jitter, 200 ms doubling to 30 s: some twenty attempts, not hundreds.
    assertThat(download.latest().retries()).isBetween(10, 80);
    assertDirectoryHolds();
  }

  @Test
  void aByteAnAttemptIsNotProgressForEver() {
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.closeAfter(1));
    failureOf(engine.submit(request("/file").withConnections(1)), ConnectionLost.class);
    assertThat(now()).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
    assertDirectoryHolds();
  }

  @Test
  void theBudgetCountsAnewWithProgress() throws IOException {
    Body body = Body.random(2, 20 * SEGMENT);
    engine.limits(limits().withSegmentSize(body.length()));
    origin.serve("/file", body);
    origin.on("/file").answer(reply -> reply.closeAfter(SEGMENT));
    RetryPolicy slow =
        RetryPolicy.defaults()
            .withBackoff(Duration.ofSeconds(100), Duration.ofSeconds(100))
            .withJitter(0);
    Download download = engine.submit(request("/file").withRetryPolicy(slow));
    waitUntil(download, () -> download.latest().state().isTerminal());
    download.result().block(LIMIT);
    assertHolds(target(), body);
    assertThat(now()).isGreaterThan(Duration.ofMinutes(30));
  }

  @Test
  void theWaitsDouble() {
    List<Duration> asked = new CopyOnWriteArrayList<>();
    origin
        .on("/file")
        .answer(
            reply -> {
              asked.add(now());
              return Reply.status(500);
            });
    RetryPolicy steady =
        RetryPolicy.defaults()
            .withBackoff(Duration.ofSeconds(10), Duration.ofSeconds(40))
            .withJitter(0);
    failureOf(engine.submit(request("/file").withRetryPolicy(steady)), HttpStatus.class);
    assertThat(asked).hasSize(5);
    long[] waits = {10, 20, 40, 40};
    for (int i = 0; i < waits.length; i++) {
      assertThat(asked.get(i + 1).minus(asked.get(i)))
          .as("wait %d", i)
          .isBetween(
              Duration.ofSeconds(waits[i]),
              Duration.ofSeconds(waits[i]).plus(STEP.multipliedBy(4)));
    }
  }

  @Test
  void theTotalTimeoutEndsAWaitToo() {
    origin.on("/file").answer(Reply.status(503).header("Retry-After", "50"));
    Timeout failure =
        failureOf(
            engine.submit(request("/file").withTotalTimeout(Duration.ofSeconds(70))),
            Timeout.class);
    assertThat(failure.phase()).isEqualTo(Timeout.Phase.TOTAL);
    assertThat(now()).isBetween(Duration.ofSeconds(70), Duration.ofSeconds(72));
    assertThat(origin.requests()).hasSize(2);
    assertDirectoryHolds();
  }
}
