package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What a download shows of itself, and on which threads. */
class ProgressTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 4 * SEGMENT);

  private final CountDownLatch half = new CountDownLatch(1);

  /** The last segment stops after 1000 bytes until the latch is down. */
  private void serveInTwoHalves() {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .where(request -> asked(request).start() == 3 * SEGMENT)
        .answer(reply -> reply.stallAfter(1000, half));
  }

  private static void assertCompleted(Progress last) {
    assertThat(last.state()).isEqualTo(DownloadState.COMPLETED);
    assertThat(last.bytesReceived()).isEqualTo(BODY.length());
    assertThat(last.totalBytes()).hasValue(BODY.length());
    assertThat(last.completedSegments()).isEqualTo(4);
    assertThat(last.totalSegments()).isEqualTo(4);
    assertThat(last.activeSegments()).isZero();
    assertThat(last.eta()).isNull();
  }

  @Test
  void aColdDownloadShowsItsFirstAndItsLastSnapshotAndCompletes() {
    origin.serve("/file", BODY);
    List<Progress> all = engine.progress(request("/file").withId("x")).collectList().block(LIMIT);
    assertThat(all.get(0).state().isTerminal()).isFalse();
    assertThat(all).allSatisfy(progress -> assertThat(progress.id()).isEqualTo("x"));
    assertThat(all.get(0).fileName()).isEqualTo("target");
    assertCompleted(all.get(all.size() - 1));
    assertThat(all.stream().filter(progress -> progress.state().isTerminal())).hasSize(1);
  }

  @Test
  void aColdDownloadFailsBehindItsLastSnapshot() {
    origin.on("/file").answer(Reply.status(404));
    List<Progress> all = new CopyOnWriteArrayList<>();
    StepVerifier.create(engine.progress(request("/file")).doOnNext(all::add).ignoreElements())
        .expectError(HttpStatus.class)
        .verify(LIMIT);
    Progress last = all.get(all.size() - 1);
    assertThat(last.state()).isEqualTo(DownloadState.FAILED);
    assertThat(last.lastError()).contains("404");
  }

  /** Four segments bring hundreds of buffers, and time brings the snapshots. */
  @Test
  void snapshotsAreSampledAndNotSentForBuffers() {
    VirtualTime time = new VirtualTime();
    use(builder().scheduler(time).progressInterval(Duration.ofMillis(50)));
    serveInTwoHalves();
    origin.on("/file").answer(reply -> reply.inPiecesOf(500));
    Download download = engine.submit(request("/file"));
    List<Progress> all = new CopyOnWriteArrayList<>();
    download.progress().subscribe(all::add);
    await(() -> download.latest().completedSegments() == 3);
    await(() -> download.latest().bytesReceived() == 3 * SEGMENT + 1000);
    await(() -> download.latest().activeSegments() == 1);
    assertThat(all).hasSize(1);
    time.advanceTimeBy(Duration.ofMillis(200));
    assertThat(all).hasSize(5);
    Progress now = all.get(4);
    assertThat(now.state()).isEqualTo(DownloadState.DOWNLOADING);
    assertThat(now.bytesReceived()).isEqualTo(3 * SEGMENT + 1000);
    assertThat(now.totalBytes()).hasValue(BODY.length());
    assertThat(now.activeSegments()).isEqualTo(1);
    assertThat(now.completedSegments()).isEqualTo(3);
    assertThat(now.totalSegments()).isEqualTo(4);
    half.countDown();
    download.closed().block(LIMIT);
    assertThat(all).hasSize(6);
    assertCompleted(all.get(5));
  }

  /** The engine's counter tells when the bytes are there: nothing looks at the download before. */
  @Test
  void theFirstLookAtADownloadThatRunsShowsItsSpeed() {
    serveInTwoHalves();
    Download download = engine.submit(request("/file"));
    await(() -> engine.progress().blockFirst(LIMIT).bytesReceived() == 3 * SEGMENT + 1000);
    Progress first = download.latest();
    assertThat(first.bytesPerSecond()).isPositive();
    assertThat(first.eta()).isNotNull();
    half.countDown();
    download.closed().block(LIMIT);
  }

  @Test
  void aSlowSubscriberSeesTheNewest() {
    VirtualTime time = new VirtualTime();
    use(builder().scheduler(time));
    serveInTwoHalves();
    Download download = engine.submit(request("/file"));
    StepVerifier.create(download.progress(), 1)
        .expectNextCount(1)
        .then(
            () -> {
              await(() -> download.latest().bytesReceived() == 3 * SEGMENT + 1000);
              time.advanceTimeBy(Duration.ofMillis(400));
              half.countDown();
              download.closed().block(LIMIT);
            })
        .thenRequest(1)
        .assertNext(ProgressTest::assertCompleted)
        .expectComplete()
        .verify(LIMIT);
  }

  @Test
  void aHandlesProgressReplaysTheNewestAndNeverFails() {
    origin.on("/file").answer(Reply.status(404));
    Download download = engine.submit(request("/file"));
    assertThat(download.progress().blockLast(LIMIT).state()).isEqualTo(DownloadState.FAILED);
    assertThat(download.result().materialize().block(LIMIT).getThrowable())
        .isInstanceOf(HttpStatus.class)
        .isSameAs(download.result().materialize().block(LIMIT).getThrowable());
    StepVerifier.create(download.progress())
        .assertNext(last -> assertThat(last.state()).isEqualTo(DownloadState.FAILED))
        .expectComplete()
        .verify(LIMIT);
    StepVerifier.create(download.closed()).expectComplete().verify(LIMIT);
  }

  @Test
  void cancellingAViewLeavesTheDownload() {
    serveInTwoHalves();
    Download download = engine.submit(request("/file"));
    download.progress().blockFirst(LIMIT);
    download.result().subscribe().dispose();
    download.closed().subscribe().dispose();
    assertThat(download.isDisposed()).isFalse();
    half.countDown();
    assertThat(download.result().block(LIMIT).bytes()).isEqualTo(BODY.length());
    assertThat(download.isDisposed()).isTrue();
  }

  /** A cancel overtakes a thread that has counted its connection and not yet asked for it. */
  @Test
  void nothingIsActiveOfWhatHasEnded() {
    AtomicReference<Progress> last = new AtomicReference<>();
    DownloadMetrics cancelling =
        new DownloadMetrics() {
          @Override
          public void connectionTaken(String asked) {
            Download download = engine.downloads().get(0);
            download.dispose();
            last.set(download.progress().blockLast(LIMIT));
          }
        };
    use(builder().metrics(cancelling));
    engine.submit(request("/file"));
    await(() -> last.get() != null);
    assertThat(last.get().state()).isEqualTo(DownloadState.CANCELLED);
    assertThat(last.get().activeSegments()).isZero();
  }

  @Test
  void nothingIsDeliveredOnAnEventLoop() {
    origin.serve("/file", BODY);
    use(builder().progressInterval(Duration.ofMillis(10)));
    Set<String> threads = ConcurrentHashMap.newKeySet();
    Runnable note = () -> threads.add(Thread.currentThread().getName());
    for (int i = 0; i < 5; i++) {
      Download download = engine.submit(request("/file").withOverwrite(true));
      Mono.when(
              download.progress().doOnNext(p -> note.run()).doOnComplete(note),
              download.result().doOnNext(r -> note.run()).doOnTerminate(note),
              download.closed().doOnTerminate(note))
          .block(LIMIT);
      engine
          .download(request("/missing").withOverwrite(true))
          .doOnError(e -> note.run())
          .onErrorComplete()
          .block(LIMIT);
    }
    assertThat(threads).isNotEmpty().noneMatch(name -> name.startsWith("qsde-"));
  }

  @Test
  void theEngineShowsWhatItDoesUntilItCloses() {
    serveInTwoHalves();
    List<EngineProgress> all = new CopyOnWriteArrayList<>();
    Mono<Void> end = engine.progress().doOnNext(all::add).then().cache();
    end.subscribe();
    assertThat(all).hasSize(1);
    Download download = engine.submit(request("/file"));
    await(() -> engine.progress().blockFirst(LIMIT).bytesReceived() == 3 * SEGMENT + 1000);
    assertThat(engine.progress().blockFirst(LIMIT).active()).isEqualTo(1);
    half.countDown();
    download.closed().block(LIMIT);
    failure(HttpStatus.class, request("/missing").withOverwrite(true));
    // However far it has come by then, it leaves nothing.
    engine.submit(request("/file").withOverwrite(true).withResume(false)).dispose();
    await(() -> engine.progress().blockFirst(LIMIT).cancelled() == 1);
    EngineProgress last = engine.progress().blockFirst(LIMIT);
    assertThat(last.completed()).isEqualTo(1);
    assertThat(last.failed()).isEqualTo(1);
    assertThat(last.active()).isZero();
    assertThat(last.queued()).isZero();
    engine.close();
    end.block(LIMIT);
  }

  /** A grace ends on the thread that ends the last download. */
  @Test
  void theEndOfAnEngineIsNotDeliveredOnAnEventLoopEither() {
    serveInTwoHalves();
    AtomicReference<String> thread = new AtomicReference<>();
    Mono<Void> end =
        engine
            .progress()
            .doOnComplete(() -> thread.set(Thread.currentThread().getName()))
            .then()
            .cache();
    end.subscribe();
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().bytesReceived() == 3 * SEGMENT + 1000);
    Mono<Void> closed = engine.closeLater(LIMIT).cache();
    closed.subscribe();
    half.countDown();
    closed.block(LIMIT);
    end.block(LIMIT);
    assertThat(thread.get()).doesNotStartWith("qsde-");
  }
}
