package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.Cancelled;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
import reactor.core.scheduler.Schedulers;

/** Stopping at any moment, without a trace. The checks for leaks are part of every test. */
class CancellationTest extends TracelessTestBase {

  private static final Body BODY = Body.random(1, 6 * SEGMENT + 100);
  private final CountDownLatch never = new CountDownLatch(1);

  private static void assertCancelled(Download download) {
    Signal<DownloadResult> signal = download.result().materialize().block(LIMIT);
    assertThat(signal.getThrowable()).isInstanceOf(Cancelled.class);
    assertThat(((Cancelled) signal.getThrowable()).resumable()).isFalse();
    assertThat(download.latest().state()).isEqualTo(DownloadState.CANCELLED);
    assertThat(download.isDisposed()).isTrue();
  }

  /**
   * Whatever the byte at which it comes: either the file is whole, or nothing of it is left. One
   * place for a download and few for connections, so that one that is not given back is missed.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aCancelAtAnyByteLeavesAllOrNothing(long seed) throws IOException {
    Random random = new Random(seed);
    use(builder().limits(limits().withMaxConcurrentDownloads(1).withConnectionsPerHost(3)));
    origin.serve("/ranged", BODY);
    origin.serve("/stream", Resource.of(BODY).withoutRanges());
    origin.serve("/chunked", Resource.of(BODY).withoutRanges());
    origin.on("/chunked").answer(Reply::chunked);
    origin.onEvery(
        (request, reply) -> reply.inPiecesOf(1 + random.nextInt(20_000)).pacedAt(20_000_000));
    List<String> paths = List.of("/ranged", "/ranged", "/stream", "/chunked");
    int cancelled = 0;
    for (int i = 0; i < 75; i++) {
      DownloadRequest request = request(paths.get(random.nextInt(4)));
      if (random.nextBoolean()) {
        request = request.withComputedChecksum(HashAlgorithm.SHA256);
      }
      long at = random.nextLong(BODY.length() + 20_000);
      Download download = engine.submit(request);
      while (download.latest().bytesReceived() < at && !download.isDisposed()) {
        Thread.onSpinWait();
      }
      download.dispose();
      download.closed().block(LIMIT);
      if (download.latest().state() == DownloadState.CANCELLED) {
        cancelled++;
        assertDirectoryHolds();
      } else {
        assertThat(download.latest().state()).isEqualTo(DownloadState.COMPLETED);
        assertHolds(target(), BODY);
        assertDirectoryHolds("target");
        Files.delete(target());
      }
    }
    assertThat(cancelled).as("of 75 downloads with seed %d", seed).isGreaterThan(30);
    assertThat(((NettyDownloadEngine) engine).budget().used()).isZero();
    get(request("/ranged"));
    assertHolds(target(), BODY);
  }

  @Test
  void theConnectionIsClosedAndTheFileGoneBeforeTheSignal() {
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(100, never));
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().bytesReceived() > 0);
    assertDirectoryHolds("target.qsde-part");
    download.dispose();
    assertCancelled(download);
    assertDirectoryHolds();
    origin.await(() -> origin.openConnections() == 0);
  }

  @Test
  void cancellingTheSubscriptionCancelsTheDownload() {
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(100, never));
    for (Flux<?> cold :
        List.of(engine.download(request("/file")).flux(), engine.progress(request("/file")))) {
      Disposable subscription = cold.subscribe();
      await(() -> engine.downloads().stream().anyMatch(d -> d.latest().bytesReceived() > 0));
      Download download = engine.downloads().get(0);
      subscription.dispose();
      assertCancelled(download);
      assertDirectoryHolds();
    }
    origin.await(() -> origin.openConnections() == 0);
  }

  /** The subscriber is gone: that its download was cancelled is no news to it, nor to a log. */
  @Test
  void whoCancelsHearsNoMore() {
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.delayedUntil(never));
    Queue<Throwable> dropped = new ConcurrentLinkedQueue<>();
    Hooks.onErrorDropped(dropped::add);
    try {
      for (int i = 0; i < 200; i++) {
        Disposable subscription = engine.progress(request("/file")).subscribe();
        Download download = engine.downloads().get(0);
        subscription.dispose();
        assertCancelled(download);
        subscription = engine.download(request("/file")).subscribe();
        download = engine.downloads().get(0);
        subscription.dispose();
        assertCancelled(download);
      }
    } finally {
      Hooks.resetOnErrorDropped();
    }
    assertThat(dropped).isEmpty();
  }

  /** Nobody asks any more how a download ends that is cancelled while its failure is on its way. */
  @Test
  void aFailureThatMeetsACancelIsNoNewsToALog() {
    ScriptedDisk disk = new ScriptedDisk();
    CompletableFuture<Download> begun = new CompletableFuture<>();
    disk.failing(
        (operation, path) -> {
          if (operation == ScriptedDisk.Operation.CHECK_WRITABLE) {
            begun.join().dispose();
            throw new AccessDeniedException(path.toString());
          }
        });
    Queue<Throwable> dropped = new ConcurrentLinkedQueue<>();
    Hooks.onErrorDropped(dropped::add);
    try {
      Path target = disk.path(target());
      begun.complete(engine.submit(DownloadRequest.of(origin.uri("/file"), target)));
      assertCancelled(begun.join());
      // Once its threads have ended no failure is on its way any more.
      engine.close();
    } finally {
      Hooks.resetOnErrorDropped();
    }
    assertThat(dropped).isEmpty();
  }

  @Test
  void cancellingBeforeItStartsSendsNothing() {
    CountDownLatch go = new CountDownLatch(1);
    use(builder().limits(limits().withMaxConcurrentDownloads(1)));
    origin.on("/first").answer(Reply.status(200).body(BODY).delayedUntil(go));
    Download first = engine.submit(request("/first"));
    Download queued = engine.submit(request("/file"));
    queued.dispose();
    assertCancelled(queued);
    go.countDown();
    first.result().block(LIMIT);
    assertThat(origin.requests("/file")).isEmpty();
  }

  @Test
  void cancellingBeforeTheAnswer() {
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.delayedUntil(never));
    Download download = engine.submit(request("/file"));
    origin.await(() -> origin.requests().size() == 1);
    download.dispose();
    assertCancelled(download);
    assertDirectoryHolds();
    origin.await(() -> origin.openConnections() == 0);
  }

  @Test
  void cancellingWhileItWaitsForTheNextAttempt() {
    VirtualTime time = new VirtualTime();
    use(builder().scheduler(time));
    origin.on("/file").answer(Reply.status(503).header("Retry-After", "10"));
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().state() == DownloadState.WAITING);
    download.dispose();
    assertCancelled(download);
    time.advanceTimeBy(Duration.ofMinutes(1));
    assertThat(origin.requests()).hasSize(1);
  }

  @Test
  void twoCancelsAreOne() {
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(100, never));
    for (int i = 0; i < 20; i++) {
      Download download = engine.submit(request("/file"));
      int requests = i;
      origin.await(() -> origin.requests().size() > requests);
      Mono<Void> cancel = Mono.<Void>fromRunnable(download::dispose);
      Mono.when(
              cancel.subscribeOn(Schedulers.parallel()),
              cancel.subscribeOn(Schedulers.boundedElastic()),
              Mono.<Void>fromRunnable(download::discard).subscribeOn(Schedulers.parallel()),
              Mono.<Void>fromRunnable(engine::cancelAll).subscribeOn(Schedulers.parallel()))
          .block(LIMIT);
      assertCancelled(download);
      assertDirectoryHolds();
    }
  }

  @Test
  void aCancelOfWhatHasEndedChangesNothing() throws IOException {
    origin.serve("/file", BODY);
    Download download = engine.submit(request("/file"));
    download.result().block(LIMIT);
    download.dispose();
    assertThat(download.latest().state()).isEqualTo(DownloadState.COMPLETED);
    assertThat(download.result().block(LIMIT).bytes()).isEqualTo(BODY.length());
    assertHolds(target(), BODY);
  }

  @Test
  void cancellingAllLeavesTheEngineUsable() throws IOException {
    use(builder().limits(limits().withMaxConcurrentDownloads(3)));
    origin.serve("/file", BODY);
    origin.on("/file").requests(1, 3).answer(reply -> reply.stallAfter(100, never));
    List<Download> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      DownloadRequest request = DownloadRequest.of(origin.uri("/file"), dir.resolve("f" + i));
      all.add(engine.submit(request.withResume(false)));
    }
    origin.await(() -> origin.requests().size() >= 3);
    engine.cancelAll();
    all.forEach(CancellationTest::assertCancelled);
    assertThat(engine.downloads()).isEmpty();
    assertDirectoryHolds();
    get(request("/file"));
    assertHolds(target(), BODY);
  }

  /** A cancel that comes while tasks start, claim their targets and create their files. */
  @Test
  void cancelsThatRaceWithStartsLeaveNothingClaimed() throws IOException {
    origin.serve("/file", BODY);
    for (int i = 0; i < 100; i++) {
      Mono<Void> cancel = Mono.<Void>fromRunnable(engine::cancelAll);
      Mono<Void> cancels = cancel.repeat(i % 20).subscribeOn(Schedulers.parallel()).then().cache();
      cancels.subscribe();
      Download download = engine.submit(request("/file"));
      download.closed().block(LIMIT);
      cancels.block(LIMIT);
      Files.deleteIfExists(target());
      assertDirectoryHolds();
    }
    get(request("/file"));
    assertHolds(target(), BODY);
  }
}
