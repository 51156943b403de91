package com.qustellar.qsde.reactor.torture;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.EngineProgress;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Downloads of one target, each begun as soon as somebody has asked the one before to end, while
 * others pause, resume and discard any of them, at any time and on any thread.
 *
 * <p>Whatever they do, each is told one end, and it is its own; none is in another's way; and when
 * each has been discarded nothing is left but a file that is whole.
 */
class RandomSuccessionTest {

  private static final int SAMPLE = 300;
  private static final int PLACES = 6;
  private static final Limits LIMITS =
      Limits.defaults()
          .withSegmentSize(64 << 10)
          .withWriteBufferSize(16 << 10)
          .withMemoryBudget(1 << 20)
          .withMaxConcurrentDownloads(PLACES)
          .withConnectionsPerHost(PLACES);

  /** What becomes of a target that is there. */
  private enum Present {
    REFUSED,
    OVERWRITTEN,
    TAKEN_FOR_GOOD
  }

  @TempDir Path dir;
  private final FastTime time = new FastTime();
  private final ScriptedDisk disk = new ScriptedDisk();
  private final ScriptedOrigin origin = ScriptedOrigin.start();
  private final DownloadEngine engine =
      DownloadEngine.builder().limits(LIMITS).scheduler(time).build();
  private final Attempts<Attempt> attempts = new Attempts<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicLong submitted = new AtomicLong();

  @AfterEach
  void stop() {
    threads.shutdown();
    engine.close();
    origin.close();
    time.dispose();
  }

  @Test
  void eachHasItsOwnEnd() {
    origin.onEvery(attempts::answer);
    disk.failing(attempts::before);
    new Torture(RandomSuccessionTest.class)
        .seeds(SAMPLE, seed -> attempts.run(seed, dir, Attempt::new));
    assertThat(engine.downloads()).isEmpty();
    EngineProgress counts = engine.progress().blockFirst(Torture.LIMIT);
    assertThat(List.of(counts.active(), counts.queued(), counts.paused())).containsOnly(0);
    assertThat(counts.completed() + counts.failed() + counts.cancelled())
        .isEqualTo(submitted.get());
    engine.limits(LIMITS);
    Places.assertAllFree(engine, origin, dir);
    engine.close();
    origin.await(() -> origin.openConnections() == 0);
  }

  /** One of the downloads, with what is told of it. */
  private static final class Run {
    private final Download download;
    private final Ends result = new Ends();
    private final Ends progress = new Ends();
    private final Ends closed = new Ends();
    private volatile boolean cancelled;
    private volatile int activeAtTheEnd = -1;

    Run(Download download) {
      this.download = download;
      download.result().subscribe(result);
      download.progress().subscribe(progress);
      download
          .closed()
          .doOnSuccess(end -> activeAtTheEnd = download.latest().activeSegments())
          .subscribe(closed);
    }

    boolean isOver() {
      return result.all() > 0 && progress.all() > 0 && closed.all() > 0;
    }

    boolean isCompleted() {
      return result.completed() > 0;
    }

    boolean isResumed() {
      return result.last() instanceof DownloadResult done && done.resumedBytes() > 0;
    }

    /** Asks it to end, in one of two ways. */
    void end(boolean discarding) {
      cancelled = true;
      if (discarding) {
        download.discard();
      } else {
        download.dispose();
      }
    }

    void check(boolean mayExist) {
      assertThat(List.of(result.all(), progress.all(), closed.all())).containsOnly(1);
      assertThat(List.of(progress.completed(), closed.completed())).containsOnly(1);
      assertThat(result.other())
          .allSatisfy(
              thrown ->
                  assertThat(thrown)
                      .isInstanceOfSatisfying(
                          FileAccess.class,
                          failure -> assertThat(failure.reason()).isEqualTo(Reason.EXISTS)))
          .hasSizeLessThanOrEqualTo(mayExist ? 1 : 0);
      assertThat(cancelled || result.cancelled() == 0).as("ended by nobody").isTrue();
      DownloadState state =
          isCompleted()
              ? DownloadState.COMPLETED
              : result.cancelled() > 0 ? DownloadState.CANCELLED : DownloadState.FAILED;
      assertThat(download.latest().state()).isEqualTo(state);
      assertThat(((Progress) progress.last()).state()).isEqualTo(state);
      assertThat(activeAtTheEnd).isZero();
      assertThat(download.isDisposed()).isTrue();
    }
  }

  /** Downloads of one target. */
  private final class Attempt implements Attempts.One {

    private final long seed;
    private final Path target;
    private final Body file;
    private final Resource resource;
    private final int pieces;
    private final Present present;
    private final int generations;
    private final int meddlers;
    private final DownloadRequest request;
    private final List<Run> runs = new CopyOnWriteArrayList<>();
    private volatile boolean last;
    private volatile boolean over;
    private volatile boolean changedLate;

    Attempt(long seed, Path directory) {
      this.seed = seed;
      Random random = Torture.random(seed);
      target = directory.resolve("target");
      file = Body.random(seed, random.nextInt(random.nextBoolean() ? 300_000 : 1_500_000));
      resource = random.nextInt(5) > 0 ? Resource.of(file) : Resource.of(file).withoutRanges();
      pieces = 1000 + random.nextInt(30_000);
      present = Torture.any(List.of(Present.values()), random);
      generations = 2 + random.nextInt(6);
      meddlers = 1 + random.nextInt(3);
      DownloadRequest plain =
          DownloadRequest.of(origin.uri("/" + seed), disk.path(target))
              .withOverwrite(present == Present.OVERWRITTEN);
      request =
          present == Present.TAKEN_FOR_GOOD ? plain.withChecksum("sha256:" + file.sha256()) : plain;
    }

    @Override
    public String run() throws IOException {
      List<CompletableFuture<Void>> others =
          IntStream.rangeClosed(1, meddlers)
              .mapToObj(number -> Torture.random(seed, number))
              .map(random -> CompletableFuture.runAsync(() -> meddle(random), threads))
              .toList();
      try {
        succeed(Torture.random(seed, 0));
      } finally {
        last = true;
      }
      others.forEach(CompletableFuture::join);
      // It may have been paused by the last act of one of them.
      runs.forEach(run -> run.download.resume());
      runs.forEach(run -> Torture.await("the end is told", run::isOver));
      over = true;
      return check();
    }

    /** Begins one after the other; who begins the next has asked the one before to end. */
    private void succeed(Random random) {
      for (int i = 0; i < generations; i++) {
        if (i > 0) {
          endAfterAWhile(runs.get(i - 1), random);
        }
        submitted.incrementAndGet();
        runs.add(new Run(engine.submit(request.withId(seed + "-" + i))));
      }
      if (random.nextInt(4) == 0) {
        endAfterAWhile(runs.get(generations - 1), random);
      }
    }

    private void endAfterAWhile(Run run, Random random) {
      LockSupport.parkNanos(random.nextInt(10) * 2_000_000L);
      run.end(random.nextBoolean());
    }

    private void meddle(Random random) {
      while (!last) {
        LockSupport.parkNanos(random.nextInt(1_000_000));
        int count = runs.size();
        if (count > 0) {
          act(runs.get(random.nextInt(count)), random);
        }
      }
    }

    private void act(Run run, Random random) {
      switch (random.nextInt(8)) {
        case 0, 1 -> run.download.pause();
        case 2, 3 -> run.download.resume();
        case 4, 5 -> {
          if (run.cancelled) {
            run.end(true);
          }
        }
        case 6 -> {
          run.download.progress().subscribe().dispose();
          run.download.result().subscribe(result -> {}, thrown -> {}).dispose();
        }
        default ->
            engine.limits(LIMITS.withMaxConcurrentDownloads(PLACES + random.nextInt(PLACES)));
      }
    }

    private String check() throws IOException {
      boolean completed = false;
      for (Run run : runs) {
        run.check(completed && present == Present.REFUSED);
        completed |= run.isCompleted();
      }
      assertThat(Files.exists(target)).isEqualTo(completed);
      runs.forEach(run -> run.download.discard());
      int names = completed ? 1 : 0;
      Torture.await(
          "what was left is deleted", () -> target.getParent().toFile().list().length == names);
      assertThat(changedLate).as("something was written after the end").isFalse();
      if (completed) {
        assertHolds(target, file);
      }
      boolean resumed = runs.stream().anyMatch(Run::isResumed);
      return (completed ? "completed" : "cancelled") + (resumed ? " after a resume" : "");
    }

    @Override
    public Reply answer(RecordedRequest asked) {
      return resource.reply(asked).inPiecesOf(pieces).pacedAt(30_000_000);
    }

    @Override
    public void before(Operation operation) {
      if (over && (operation == Operation.WRITE || operation == Operation.MOVE)) {
        changedLate = true;
      }
    }

    @Override
    public String toString() {
      return "%s, %s, %d meddlers, %s"
          .formatted(
              resource.body(),
              present,
              meddlers,
              runs.stream().map(run -> run.download.latest()).toList());
    }
  }
}
