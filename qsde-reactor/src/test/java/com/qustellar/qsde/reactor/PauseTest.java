package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** A download that is paused gives everything up but what it has received. */
@KeepsPartFiles
class PauseTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 12 * SEGMENT);

  private final CountDownLatch held = new CountDownLatch(1);

  private void awaitState(Download download, DownloadState state) {
    await(() -> download.latest().state() == state);
  }

  /** Serves a file whose last segments stall until they are let go. */
  private void serveHalf() {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .requestsFrom(5)
        .answer(reply -> held.getCount() == 0 ? reply : reply.stallAfter(1000, held));
  }

  private static void assertCancelled(Download download, boolean resumable) {
    StepVerifier.create(download.result())
        .expectErrorSatisfies(
            thrown ->
                assertThat(thrown)
                    .isInstanceOfSatisfying(
                        DownloadException.Cancelled.class,
                        cancelled -> assertThat(cancelled.resumable()).isEqualTo(resumable)))
        .verify(LIMIT);
  }

  private Download paused(DownloadRequest request) {
    Download download = engine.submit(request);
    await(() -> download.latest().bytesReceived() > 4 * SEGMENT);
    download.pause();
    awaitState(download, DownloadState.PAUSED);
    return download;
  }

  @Test
  void itGoesOnWhereItStopped() throws IOException {
    serveHalf();
    Download download = paused(request("/file"));
    await(() -> origin.openConnections() < 4);
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
    assertThat(engine.progress().blockFirst(LIMIT).paused()).isOne();
    assertThat(engine.progress().blockFirst(LIMIT).active()).isZero();
    assertThat(download.latest().activeSegments()).isZero();
    assertThat(download.latest().bytesPerSecond()).isZero();
    assertThat(download.latest().eta()).isNull();
    assertThat(download.isDisposed()).isFalse();

    held.countDown();
    download.resume();
    DownloadResult result = download.result().block(LIMIT);
    assertHolds(target(), BODY);
    assertDirectoryHolds("target");
    assertThat(result.resumedBytes()).isGreaterThanOrEqualTo(4 * SEGMENT);
    assertThat(result.bytes()).isEqualTo(BODY.length());
    assertThat(download.latest().bytesReceived()).isEqualTo(BODY.length());
  }

  @Test
  void whatKeepsNothingStartsOver() throws IOException {
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").request(1).answer(reply -> reply.stallAfter(100_000, held));
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().bytesReceived() == 100_000);
    download.pause();
    awaitState(download, DownloadState.PAUSED);
    assertDirectoryHolds();
    download.resume();
    assertThat(download.result().block(LIMIT).resumedBytes()).isZero();
    assertHolds(target(), BODY);
  }

  @Test
  void itsPlaceIsFreeHoweverCloselyAPauseFollows() throws Exception {
    use(builder().limits(limits().withMaxConcurrentDownloads(1)));
    serveHalf();
    origin.serve("/other", Body.of("other"));
    Download download = paused(request("/file"));
    for (int i = 0; i < 100; i++) {
      CyclicBarrier both = new CyclicBarrier(2);
      CompletableFuture<Void> resumed =
          CompletableFuture.runAsync(
              () -> {
                meet(both);
                download.resume();
              });
      meet(both);
      download.pause();
      resumed.join();
      download.pause();
      awaitState(download, DownloadState.PAUSED);

      get(DownloadRequest.of(origin.uri("/other"), dir.resolve("other" + i)));
    }
    download.dispose();
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void itsPlaceIsFreeMeanwhile() throws IOException {
    use(builder().limits(limits().withMaxConcurrentDownloads(1)));
    serveHalf();
    origin.serve("/other", BODY);
    Download download = paused(request("/file"));
    get(DownloadRequest.of(origin.uri("/other"), dir.resolve("other")));
    held.countDown();
    download.resume();
    download.result().block(LIMIT);
    assertHolds(target(), BODY);
  }

  /** A target that is there already is read for its digest, which may take minutes. */
  @Test
  void whatIsThereIsReadNoFurther() throws IOException {
    Body other = Body.of("other");
    origin.serve("/other", other);
    Path present = new ScriptedDisk().path(Files.write(target(), BODY.bytes()));
    ScriptedDisk disk = (ScriptedDisk) present.getFileSystem();
    CountDownLatch paused = new CountDownLatch(1);
    AtomicInteger reads = new AtomicInteger();
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.READ && reads.incrementAndGet() == 1) {
            awaitUninterruptibly(paused);
          }
        });
    Download download =
        engine.submit(
            DownloadRequest.of(origin.uri("/file"), present)
                .withOverwrite(true)
                .withChecksum("sha256:" + other.sha256()));
    await(() -> reads.get() == 1);
    download.pause();
    awaitState(download, DownloadState.PAUSED);
    paused.countDown();

    for (int i = 0; i < 10; i++) {
      get(DownloadRequest.of(origin.uri("/other"), dir.resolve("other" + i)));
    }
    assertThat(reads).hasValue(1);
  }

  /** What a turn has begun may wait for others longer than the turn lasts. */
  @Test
  void whatAPauseHasOvertakenBeginsNothingInTheNextTurn() throws IOException {
    origin.serve("/file.bin", BODY);
    origin.serve("/other", BODY);
    Path directory = new ScriptedDisk().path(dir);
    ScriptedDisk disk = (ScriptedDisk) directory.getFileSystem();
    disk.hold();
    DownloadRequest request = DownloadRequest.of(origin.uri("/file.bin"), directory);
    Download predecessor = engine.submit(request);
    await(() -> predecessor.latest().bytesReceived() > 0);
    predecessor.dispose();

    Download download = engine.submit(request);
    await(() -> "file.bin".equals(download.latest().fileName()));
    // It has got its name on a loop, and waits for its predecessor in the next step.
    ((NettyDownloadEngine) engine).transport().settled().block(LIMIT);
    download.pause();
    awaitState(download, DownloadState.PAUSED);
    origin.on("/file.bin").answer(reply -> reply.delayedUntil(held));
    download.resume();
    await(() -> download.latest().activeSegments() == 1);
    disk.release();
    predecessor.closed().block(LIMIT);
    get(DownloadRequest.of(origin.uri("/other"), dir.resolve("other")));
    held.countDown();

    assertThat(download.result().block(LIMIT).bytes()).isEqualTo(BODY.length());
    assertHolds(dir.resolve("file.bin"), BODY);
    assertDirectoryHolds("file.bin", "other");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void oneThatWaitsForItsTurnCanBePausedToo() {
    use(builder().limits(limits().withMaxConcurrentDownloads(1)));
    serveHalf();
    origin.serve("/other", BODY);
    Download first = engine.submit(request("/file"));
    await(() -> first.latest().bytesReceived() > 4 * SEGMENT);
    Download second = engine.submit(DownloadRequest.of(origin.uri("/other"), dir.resolve("b")));
    second.pause();
    awaitState(second, DownloadState.PAUSED);
    held.countDown();
    first.result().block(LIMIT);
    assertThat(second.latest().state()).isEqualTo(DownloadState.PAUSED);
    assertThat(origin.requests("/other")).isEmpty();
    second.resume();
    second.result().block(LIMIT);
  }

  @Test
  void aCancelEndsAPauseAndTellsWhatIsKept() {
    serveHalf();
    Download download = paused(request("/file"));
    download.dispose();
    assertCancelled(download, true);
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
  }

  @Test
  void aDiscardDeletesWhatAPauseKept() {
    serveHalf();
    Download download = paused(request("/file"));
    download.discard();
    download.closed().block(LIMIT);
    assertDirectoryHolds();
  }

  /** Even where it comes when all but the close has been done, so that something is kept. */
  @Test
  void aDiscardOfWhatIsEndingDeletesBeforeTheEndIsTold() {
    serveHalf();
    Path directory = new ScriptedDisk().path(dir);
    CountDownLatch closing = new CountDownLatch(1);
    Download download =
        engine.submit(DownloadRequest.of(origin.uri("/file"), directory.resolve("target")));
    await(() -> download.latest().bytesReceived() > 4 * SEGMENT);
    ((ScriptedDisk) directory.getFileSystem())
        .failing(
            (operation, path) -> {
              if (operation == Operation.CLOSE && path.toString().endsWith("part")) {
                closing.countDown();
                await(() -> held.getCount() == 0);
              }
            });
    download.dispose();
    await(() -> closing.getCount() == 0);
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
    download.discard();
    held.countDown();
    assertCancelled(download, false);
    assertDirectoryHolds();
  }

  @Test
  void aDiscardDeletesWhatAClosedEngineHasKept() {
    serveHalf();
    Download download = paused(request("/file"));
    engine.close();
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
    download.discard();
    await(() -> dir.toFile().list().length == 0);
  }

  @Test
  void anEngineThatIsClosedEndsWhatIsPaused() {
    serveHalf();
    Download download = paused(request("/file"));
    engine.closeLater().block(LIMIT);
    assertThat(download.latest().state()).isEqualTo(DownloadState.CANCELLED);
  }

  @Test
  void quickChangesOfMindEndWhereTheLastOneWants() throws IOException {
    serveHalf();
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().bytesReceived() > 4 * SEGMENT);
    for (int i = 0; i < 50; i++) {
      download.pause();
      download.pause();
      download.resume();
      download.resume();
    }
    held.countDown();
    download.result().block(LIMIT);
    assertHolds(target(), BODY);
    download.pause();
    download.resume();
    assertThat(download.latest().state()).isEqualTo(DownloadState.COMPLETED);
  }

  @Test
  void pausedTimeIsNoTimeOfTheDownload() throws IOException {
    VirtualTime time = new VirtualTime();
    use(builder().scheduler(time));
    serveHalf();
    Download download = engine.submit(request("/file").withTotalTimeout(Duration.ofMinutes(1)));
    await(() -> download.latest().bytesReceived() > 4 * SEGMENT);
    time.advanceTimeBy(Duration.ofSeconds(20));
    download.pause();
    awaitState(download, DownloadState.PAUSED);
    time.advanceTimeBy(Duration.ofHours(1));
    assertThat(download.latest().state()).isEqualTo(DownloadState.PAUSED);
    download.resume();
    await(() -> download.latest().activeSegments() > 0);
    time.advanceTimeBy(Duration.ofSeconds(25));
    assertThat(download.isDisposed()).isFalse();
    time.advanceTimeBy(Duration.ofSeconds(20));
    await(() -> download.latest().state() == DownloadState.FAILED);
    engine.close();
  }
}
