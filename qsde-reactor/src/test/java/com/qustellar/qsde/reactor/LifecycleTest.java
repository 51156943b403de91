package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.DownloadException.Cancelled;
import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadException.Timeout;
import com.qustellar.qsde.DownloadException.TooLarge;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** How many run, which one is next, how long one may take, and how an engine ends. */
class LifecycleTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 3 * SEGMENT);
  private static final Body SMALL = Body.of("small");

  private Download submit(String path, int priority) {
    Path file = dir.resolve(path.substring(1));
    return engine.submit(DownloadRequest.of(origin.uri(path), file).withPriority(priority));
  }

  @Test
  void moreThanMayRunAreQueuedByPriorityAndThenInTheirOrder() {
    CountDownLatch go = new CountDownLatch(1);
    use(builder().limits(limits().withMaxConcurrentDownloads(1)));
    origin.onEvery((request, reply) -> Reply.status(200).body(SMALL));
    origin.on("/first").answer(reply -> reply.delayedUntil(go));
    List<Download> all = new ArrayList<>();
    all.add(submit("/first", 0));
    origin.await(() -> origin.requests().size() == 1);
    all.add(submit("/low", -1));
    all.add(submit("/second", 0));
    all.add(submit("/third", 0));
    all.add(submit("/high", 5));
    Download cancelled = submit("/cancelled", 9);
    assertThat(cancelled.latest().state()).isEqualTo(DownloadState.QUEUED);
    assertThat(engine.progress().blockFirst(LIMIT).queued()).isEqualTo(5);
    assertThat(engine.progress().blockFirst(LIMIT).active()).isEqualTo(1);
    cancelled.dispose();
    go.countDown();
    Flux.fromIterable(all).flatMap(Download::closed).blockLast(LIMIT);
    assertThat(all).allMatch(d -> d.latest().state() == DownloadState.COMPLETED);
    assertThat(origin.requests())
        .extracting(request -> request.path())
        .containsExactly("/first", "/high", "/second", "/third", "/low");
  }

  @Test
  void aRaisedLimitStartsWhatWaits() {
    CountDownLatch go = new CountDownLatch(1);
    use(builder().limits(limits().withMaxConcurrentDownloads(1)));
    origin.onEvery((request, reply) -> Reply.status(200).body(SMALL).delayedUntil(go));
    List<Download> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(submit("/" + i, 0));
    }
    origin.await(() -> origin.requests().size() == 1);
    engine.updateLimits(limits -> limits.withMaxConcurrentDownloads(3));
    origin.await(() -> origin.requests().size() == 3);
    assertThat(all.get(3).latest().state()).isEqualTo(DownloadState.QUEUED);
    go.countDown();
    Flux.fromIterable(all).flatMap(Download::result).blockLast(LIMIT);
  }

  @ParameterizedTest
  @CsvSource({"1, 8, 3", "3, 8, 3", "5, 2, 2", "16, 3, 2"})
  void aHostSeesNoMoreConnectionsThanAreAllowed(int perHost, int perDownload, int downloads)
      throws IOException {
    use(
        builder()
            .limits(
                limits().withConnectionsPerHost(perHost).withConnectionsPerDownload(perDownload)));
    Body body = Body.random(2, 12 * SEGMENT);
    origin.serve("/file", body);
    List<Mono<?>> all = new ArrayList<>();
    for (int i = 0; i < downloads; i++) {
      all.add(engine.download(DownloadRequest.of(origin.uri("/file"), dir.resolve("f" + i))));
    }
    Mono.when(all).block(LIMIT);
    for (int i = 0; i < downloads; i++) {
      assertHolds(dir.resolve("f" + i), body);
    }
    assertThat(origin.peakConnections()).isBetween(1, Math.min(perHost, perDownload * downloads));
  }

  @Test
  void aFailureAndACancellationGiveTheirPlacesBack() {
    use(builder().limits(limits().withMaxConcurrentDownloads(1).withConnectionsPerHost(1)));
    origin.serve("/file", BODY);
    CountDownLatch never = new CountDownLatch(1);
    origin.on("/bad").answer(Reply.status(404));
    origin.on("/stuck").answer(reply -> Reply.status(200).body(BODY).stallAfter(1, never));
    for (int i = 0; i < 5; i++) {
      failure(HttpStatus.class, request("/bad"));
      Download stuck = engine.submit(request("/stuck"));
      Download queued = engine.submit(request("/file"));
      await(() -> stuck.latest().bytesReceived() > 0);
      queued.dispose();
      stuck.dispose();
    }
    get(request("/file"));
    assertDirectoryHolds("target");
  }

  @Test
  void theTotalTimeoutEndsADownloadThatStillReceives() {
    VirtualTime time = new VirtualTime();
    use(builder().scheduler(time));
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(100, never));
    Download download =
        engine.submit(request("/file").withResume(false).withTotalTimeout(Duration.ofSeconds(10)));
    await(() -> download.latest().bytesReceived() > 0);
    time.advanceTimeBy(Duration.ofMillis(9_999));
    assertThat(download.isDisposed()).isFalse();
    time.advanceTimeBy(Duration.ofMillis(1));
    Throwable failure = download.result().materialize().block(LIMIT).getThrowable();
    assertThat(failure).isInstanceOf(Timeout.class);
    assertThat(((Timeout) failure).phase()).isEqualTo(Timeout.Phase.TOTAL);
    assertThat(download.latest().state()).isEqualTo(DownloadState.FAILED);
    assertDirectoryHolds();
  }

  @Test
  void theTotalTimeoutDoesNotCountTheQueue() {
    VirtualTime time = new VirtualTime();
    use(builder().scheduler(time).limits(limits().withMaxConcurrentDownloads(1)));
    CountDownLatch go = new CountDownLatch(1);
    origin.onEvery((request, reply) -> Reply.status(200).body(SMALL));
    origin.on("/first").answer(reply -> reply.delayedUntil(go));
    Download first = submit("/first", 0);
    Download second = engine.submit(request("/x").withTotalTimeout(Duration.ofSeconds(10)));
    origin.await(() -> origin.requests().size() == 1);
    time.advanceTimeBy(Duration.ofSeconds(20));
    go.countDown();
    first.result().block(LIMIT);
    assertThat(second.result().block(LIMIT).bytes()).isEqualTo(SMALL.length());
    time.advanceTimeBy(Duration.ofSeconds(20));
    assertThat(second.latest().state()).isEqualTo(DownloadState.COMPLETED);
  }

  @Test
  void aFileLargerThanAllowedFailsBeforeOrWhileItArrives() throws IOException {
    origin.serve("/ranged", BODY);
    origin.serve("/stream", Resource.of(BODY).withoutRanges());
    origin.serve("/endless", Resource.of(BODY).withoutRanges());
    origin.on("/endless").answer(Reply::chunked);
    for (String path : List.of("/ranged", "/stream", "/endless")) {
      TooLarge failure = failure(TooLarge.class, request(path).withMaxBytes(BODY.length() - 1));
      assertThat(failure.maxBytes()).isEqualTo(BODY.length() - 1);
      assertDirectoryHolds();
    }
    for (String path : List.of("/ranged", "/stream", "/endless")) {
      get(request(path).withMaxBytes(BODY.length()).withOverwrite(true));
      assertHolds(target(), BODY);
    }
  }

  @Test
  void aBodyWithoutALengthIsStoppedAtTheByteThatIsTooMuch() {
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").answer(reply -> reply.chunked().stallAfter(1001, never));
    failure(TooLarge.class, request("/file").withMaxBytes(1000));
    never.countDown();
    assertDirectoryHolds();
  }

  @Test
  void unfinishedDownloadsAreListedColdOnesToo() {
    CountDownLatch go = new CountDownLatch(1);
    origin.onEvery((request, reply) -> Reply.status(200).body(SMALL).delayedUntil(go));
    Download hot = engine.submit(request("/a").withId("hot"));
    DownloadRequest cold = DownloadRequest.of(origin.uri("/b"), dir.resolve("b")).withId("cold");
    Mono<?> result = engine.download(cold).cache();
    assertThat(engine.find("cold")).isEmpty();
    result.subscribe();
    assertThat(engine.downloads())
        .extracting(Download::id)
        .containsExactlyInAnyOrder("hot", "cold");
    assertThat(engine.find("hot")).contains(hot);
    assertThat(engine.find("other")).isEmpty();
    go.countDown();
    result.block(LIMIT);
    hot.closed().block(LIMIT);
    assertThat(engine.downloads()).isEmpty();
    assertThat(hot.result().block(LIMIT)).isSameAs(hot.result().block(LIMIT));
  }

  @Test
  @SuppressWarnings("NullAway")
  void settingsThatAreNoneAreRefusedAtOnce() {
    assertThatThrownBy(() -> engine.updateLimits(now -> null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("limits");
    assertThatThrownBy(() -> engine.updateNetwork(now -> null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("settings");
    assertThatThrownBy(() -> DownloadEngine.builder().network(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("settings");
    origin.serve("/file", SMALL);
    get(request("/file"));
  }

  @Test
  void aSchedulerThatKeepsNoTimeIsRefusedAtOnce() {
    assertThatThrownBy(() -> DownloadEngine.builder().scheduler(Schedulers.immediate()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the scheduler takes no tasks for later");
  }

  @Test
  void closingCancelsWhatRunsAndWhatComes() {
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(100, never));
    Download running = engine.submit(request("/file").withResume(false));
    await(() -> running.latest().bytesReceived() > 0);
    Mono<Void> closing = engine.closeLater();
    assertThat(running.isDisposed()).isFalse();
    closing.block(LIMIT);
    assertThat(running.result().materialize().block(LIMIT).getThrowable())
        .isInstanceOf(Cancelled.class);
    assertThat(engine.closeLater()).isSameAs(closing);
    closing.block(LIMIT);
    engine.close();
    failure(Cancelled.class, request("/file"));
    assertThat(engine.submit(request("/file")).result().materialize().block(LIMIT).getThrowable())
        .isInstanceOf(Cancelled.class);
    assertThat(engine.downloads()).isEmpty();
    assertDirectoryHolds();
    origin.await(() -> origin.openConnections() == 0);
  }

  @Test
  void aGraceLetsWhatRunsFinish() throws IOException {
    CountDownLatch half = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").request(2).answer(reply -> reply.stallAfter(100, half));
    Download running = engine.submit(request("/file"));
    origin.await(() -> origin.requests().size() >= 2);
    AtomicBoolean closed = new AtomicBoolean();
    Mono<Void> closing = engine.closeLater(LIMIT).doOnSuccess(done -> closed.set(true)).cache();
    closing.subscribe();
    failure(Cancelled.class, DownloadRequest.of(origin.uri("/file"), dir.resolve("late")));
    assertThat(closed).isFalse();
    half.countDown();
    closing.block(LIMIT);
    assertThat(running.result().block(LIMIT).bytes()).isEqualTo(BODY.length());
    assertHolds(target(), BODY);
  }

  @Test
  void whatOutlastsTheGraceIsCancelled() {
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(100, never));
    Download running = engine.submit(request("/file").withResume(false));
    origin.await(() -> !origin.requests().isEmpty());
    engine.closeLater(Duration.ofMillis(20)).block(LIMIT);
    assertThat(running.latest().state()).isEqualTo(DownloadState.CANCELLED);
  }

  @Test
  void closingOnAThreadThatMustNotBlockThrows() {
    Mono<Void> close = Mono.fromRunnable(engine::close);
    assertThatThrownBy(() -> close.subscribeOn(Schedulers.parallel()).block(LIMIT))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void manyEnginesTakeTurnsWithoutATrace() throws IOException {
    origin.serve("/file", BODY);
    for (int i = 0; i < 5; i++) {
      use(builder());
      get(request("/file").withOverwrite(true));
    }
    assertHolds(target(), BODY);
  }
}
