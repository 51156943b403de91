package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.Timeout;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections that bring something, but too little, in virtual time. */
class SpeedLimitTest extends EngineTestBase {

  private static final Body BODY = Body.random(5, 2 * SEGMENT);

  private final VirtualTime time = new VirtualTime();
  private final CountDownLatch never = new CountDownLatch(1);

  @BeforeEach
  void serve() {
    use(builder().scheduler(time).network(network(1000)));
    origin.serve("/file", BODY);
  }

  @AfterEach
  void release() {
    never.countDown();
  }

  private static NetworkSettings network(long speedLimit) {
    return NetworkSettings.defaults()
        .withStallTimeout(Duration.ofHours(9))
        .withSpeedLimit(speedLimit);
  }

  private DownloadResult result(Download download, Duration step) {
    awaitEnd(download, step);
    return download.result().block(LIMIT);
  }

  /** What has just come may have to be written before more is waited for: time goes in steps. */
  private void awaitEnd(Download download, Duration step) {
    await(
        () -> {
          time.advanceTimeBy(step);
          return download.latest().state().isTerminal();
        });
  }

  @Test
  void oneThatIsTooSlowIsGivenUpAndItsSegmentGoesOn() throws IOException {
    origin.on("/file").request(1).answer(reply -> reply.stallAfter(29_000, never));
    Download download = engine.submit(request("/file").withConnections(1));
    await(() -> download.latest().bytesReceived() == 29_000);
    time.advanceTimeBy(Duration.ofSeconds(29));
    assertThat(download.latest().retries()).isZero();
    DownloadResult result = result(download, Duration.ofMillis(250));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isEqualTo(1);
    assertThat(ranges()).contains("bytes=29000-65535");
  }

  @Test
  void oneThatIsFastEnoughIsLeftAlone() throws IOException {
    origin.on("/file").request(1).answer(reply -> reply.stallAfter(31_000, never));
    Download download = engine.submit(request("/file").withConnections(1));
    await(() -> download.latest().bytesReceived() == 31_000);
    time.advanceTimeBy(Duration.ofSeconds(40));
    never.countDown();
    assertThat(result(download, Duration.ofMillis(1)).retries()).isZero();
    assertHolds(target(), BODY);
  }

  @Test
  @KeepsPartFiles
  void aFailureSaysThatItWasTooSlow() {
    origin.on("/file").answer(reply -> reply.stallAfter(1000, never));
    Download download =
        engine.submit(request("/file").withConnections(1).withRetryPolicy(RetryPolicy.none()));
    await(() -> download.latest().bytesReceived() == 1000);
    awaitEnd(download, Duration.ofMillis(250));
    Throwable failure = download.result().materialize().block(LIMIT).getThrowable();
    assertThat(failure).isInstanceOf(Timeout.class).hasMessageContaining("slower");
    assertThat(((Timeout) failure).phase()).isEqualTo(Timeout.Phase.SLOW);
  }

  @Test
  void whatOurOwnBoundHoldsBackIsNotItsFault() throws IOException {
    engine.network(network(1_000_000));
    Download download = engine.submit(request("/file").withConnections(1).withBytesPerSecond(2000));
    DownloadResult result = result(download, Duration.ofMillis(50));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isZero();
    assertThat(time.now(TimeUnit.SECONDS)).isGreaterThan(60);
  }
}
