package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.Source;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

/** Times beyond which nobody waits: more nanoseconds than a long has, and as many as it has. */
class LongestDurationsTest extends TracelessTestBase {

  private static final Body BODY = Body.random(1, 3 * SEGMENT);
  private static final Duration LONGEST = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
  private static final Duration LONG = Duration.ofHours(1);

  private final VirtualTime time = new VirtualTime();
  private final CountDownLatch half = new CountDownLatch(1);

  static Stream<Duration> ever() {
    return Stream.of(LONGEST, Duration.ofNanos(Long.MAX_VALUE));
  }

  /** Engines are made when some time has passed: it and the longest time have no sum. */
  private void useVirtualTime(DownloadEngine.Builder settings) {
    time.advanceTimeBy(LONG);
    use(settings.scheduler(time));
  }

  private static NetworkSettings patient(Duration ever) {
    return NetworkSettings.defaults().withConnectTimeout(ever).withStallTimeout(ever);
  }

  /**
   * Begins a download that has half of its bytes when some time has passed, and no more of them.
   */
  private Download begin(DownloadRequest request) {
    origin.serve("/file", BODY);
    origin.on("/file").requestsFrom(2).answer(reply -> reply.stallAfter(100, half));
    Download download = engine.submit(request.withConnections(1));
    await(() -> download.latest().bytesReceived() > SEGMENT);
    time.advanceTimeBy(LONG);
    return download;
  }

  private void assertCompletes(Download download) throws IOException {
    assertThat(download.result().block(LIMIT).retries()).isZero();
    assertHolds(target(), BODY);
  }

  @ParameterizedTest
  @MethodSource("ever")
  void noTimeoutEndsADownload(Duration ever) throws IOException {
    useVirtualTime(builder().network(patient(ever)));
    Download download = begin(request("/file").withTotalTimeout(ever));
    download.pause();
    await(() -> download.latest().state() == DownloadState.PAUSED);
    download.resume();
    await(() -> download.latest().activeSegments() > 0);
    time.advanceTimeBy(LONG);
    half.countDown();
    assertCompletes(download);
  }

  @ParameterizedTest
  @MethodSource("ever")
  void aSourceMayTakeItsTime(Duration ever) throws IOException {
    useVirtualTime(builder().network(patient(ever)));
    origin.serve("/named", BODY);
    CompletableFuture<Source> named = new CompletableFuture<>();
    CountDownLatch asked = new CountDownLatch(1);
    Download download =
        engine.submit(
            request("/file")
                .withSource(
                    () -> {
                      asked.countDown();
                      return named;
                    }));
    await(() -> asked.getCount() == 0);
    time.advanceTimeBy(LONG);
    named.complete(new Source(origin.uri("/named"), Map.of()));
    assertCompletes(download);
  }

  @ParameterizedTest
  @MethodSource("ever")
  void noRetryComes(Duration ever) {
    useVirtualTime(builder().retryPolicy(QUICK.withBackoff(ever, ever).withJitter(0)));
    origin.on("/file").answer(Reply.status(500));
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().state() == DownloadState.WAITING);
    time.advanceTimeBy(LONG);
    assertThat(download.latest().state()).isEqualTo(DownloadState.WAITING);
    assertThat(origin.requests()).hasSize(1);
  }

  @Test
  void progressIsToldAtItsEndsAlone() throws IOException {
    useVirtualTime(builder().progressInterval(LONGEST).network(patient(LONGEST)));
    Download download = begin(request("/file"));
    Mono<List<Progress>> told = download.progress().collectList().cache();
    told.subscribe();
    time.advanceTimeBy(LONG);
    half.countDown();
    assertCompletes(download);
    assertThat(told.block(LIMIT))
        .extracting(Progress::state)
        .containsExactly(DownloadState.DOWNLOADING, DownloadState.COMPLETED);
  }

  @ParameterizedTest
  @MethodSource("ever")
  void aGraceLetsAllFinish(Duration ever) throws IOException {
    useVirtualTime(builder().network(patient(ever)));
    Download download = begin(request("/file"));
    Mono<Void> closed = engine.closeLater(ever).cache();
    closed.subscribe();
    time.advanceTimeBy(LONG);
    half.countDown();
    assertCompletes(download);
    closed.block(LIMIT);
  }
}
