package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bounds on bytes a second, of one download and of all, in virtual time. */
@KeepsPartFiles
class RateTest extends EngineTestBase {

  private static final long RATE = 1_000_000;
  private static final Duration STEP = Duration.ofMillis(10);

  /** Five reads: one may be on its way to the counters on each connection, and a step is one. */
  private static final long LACK = 5 * 8192;

  /** What a late timer has lost is made up for. */
  private static final long SURPLUS = RATE / 20 + LACK;

  private static final Body BODY = Body.random(1, 3_000_000);

  private final VirtualTime time = new VirtualTime();

  @BeforeEach
  void serve() {
    origin.serve("/file", BODY);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void useLimits(Limits limits) {
    use(builder().limits(limits.withWriteBufferSize(64 << 10)).scheduler(time));
  }

  private static long received(List<Download> downloads) {
    return downloads.stream().mapToLong(download -> download.latest().bytesReceived()).sum();
  }

  /**
   * Lets so much time pass, in which they must receive as the rate says, neither more nor less. It
   * passes only while a read waits for its turn: this clock must not run away from real sockets.
   */
  private void pass(Duration duration, long rate, List<Download> downloads) {
    await(this::aReadWaits);
    long before = received(downloads);
    for (long steps = 1; steps <= duration.dividedBy(STEP); steps++) {
      time.advanceTimeBy(STEP);
      long due = before + steps * STEP.toMillis() * rate / 1000;
      await(() -> aReadWaits() && received(downloads) >= due - LACK);
      assertThat(received(downloads)).isLessThanOrEqualTo(due + SURPLUS);
    }
  }

  private boolean aReadWaits() {
    return time.pending(Duration.ofMillis(900)) > 0;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aDownloadKeepsToItsRate(int connections) throws IOException {
    useLimits(limits().withSegmentSize(Limits.AUTO));
    DownloadRequest request =
        request("/file").withBytesPerSecond(RATE).withConnections(connections);
    List<Download> one = List.of(engine.submit(request));
    pass(Duration.ofMillis(2500), RATE, one);
    assertThat(one.get(0).latest().state()).isEqualTo(DownloadState.DOWNLOADING);
    awaitCompletion(one.get(0));
    assertHolds(target(), BODY);
  }

  private void awaitCompletion(Download download) {
    await(
        () -> {
          time.advanceTimeBy(STEP);
          return download.latest().state() == DownloadState.COMPLETED;
        });
  }

  @Test
  void allDownloadsShareTheRateOfTheEngine() {
    useLimits(limits().withBytesPerSecond(RATE));
    List<Download> three =
        List.of(
            engine.submit(DownloadRequest.of(origin.uri("/file"), dir.resolve("a"))),
            engine.submit(DownloadRequest.of(origin.uri("/file"), dir.resolve("b"))),
            engine.submit(DownloadRequest.of(origin.uri("/file"), dir.resolve("c"))));
    pass(Duration.ofSeconds(5), RATE, three);
    three.forEach(download -> assertThat(download.latest().bytesReceived()).isGreaterThan(RATE));
    engine.cancelAll();
  }

  @Test
  void theLowerRateCounts() {
    useLimits(limits().withBytesPerSecond(RATE));
    List<Download> slow = List.of(engine.submit(request("/file").withBytesPerSecond(RATE / 10)));
    pass(Duration.ofSeconds(5), RATE / 10, slow);
    engine.cancelAll();
  }

  @Test
  void aChangedRateCountsAtOnce() throws IOException {
    useLimits(limits().withBytesPerSecond(1));
    List<Download> one = List.of(engine.submit(request("/file")));
    await(() -> received(one) > 0);
    time.advanceTimeBy(Duration.ofMinutes(1));
    engine.updateLimits(limits -> limits.withBytesPerSecond(RATE));
    pass(Duration.ofSeconds(1), RATE, one);
    engine.updateLimits(limits -> limits.withBytesPerSecond(Limits.UNLIMITED));
    awaitCompletion(one.get(0));
    assertHolds(target(), BODY);
  }

  @Test
  void aPauseIsNotMadeUpFor() {
    useLimits(limits().withBytesPerSecond(RATE));
    List<Download> one = List.of(engine.submit(request("/file")));
    pass(Duration.ofSeconds(1), RATE, one);
    one.get(0).pause();
    await(() -> one.get(0).latest().state() == DownloadState.PAUSED);
    time.advanceTimeBy(Duration.ofMinutes(1));
    one.get(0).resume();
    pass(Duration.ofSeconds(1), RATE, one);
    engine.cancelAll();
  }
}
