package com.qustellar.qsde.reactor.torture;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.scheduler.Schedulers;

/**
 * Cancels of every kind at every moment: each ends in all or nothing, told once, and gives back
 * what it had. The checks for buffers, descriptors and threads are part of every test.
 */
class RandomCancelTest {

  private static final int SAMPLE = 500;
  private static final int PLACES = 6;

  /** When it is cancelled. */
  private enum Moment {
    AT_ONCE,
    AT_A_REQUEST,
    AT_A_BYTE,
    AT_A_WRITE,
    IN_BACKOFF,
    IN_COMMIT,
    AT_ANY_TIME
  }

  /** How it is cancelled. */
  private enum Way {
    DISPOSE,
    DISCARD,
    TWICE,
    CANCEL_ALL,
    CANCEL_OF_RESULT,
    CANCEL_OF_PROGRESS
  }

  private static final List<Moment> MOMENTS = List.of(Moment.values());
  private static final List<Way> WAYS = List.of(Way.values());

  @TempDir Path dir;
  private final FastTime time = new FastTime();
  private final ScriptedDisk disk = new ScriptedDisk();
  private final ScriptedOrigin origin = ScriptedOrigin.start();
  private final DownloadEngine engine =
      DownloadEngine.builder()
          .limits(
              Limits.defaults()
                  .withSegmentSize(64 << 10)
                  .withWriteBufferSize(16 << 10)
                  .withMemoryBudget(1 << 20)
                  .withMaxConcurrentDownloads(PLACES)
                  .withConnectionsPerHost(PLACES))
          .scheduler(time)
          .build();

  private final Attempts<Attempt> attempts = new Attempts<>();

  @AfterEach
  void stop() {
    engine.close();
    origin.close();
    time.dispose();
  }

  @Test
  void everyCancelEndsInAllOrNothing() {
    origin.onEvery(attempts::answer);
    disk.failing(attempts::before);
    new Torture(RandomCancelTest.class)
        .seeds(SAMPLE, seed -> attempts.run(seed, dir, Attempt::new));
    assertThat(engine.downloads()).isEmpty();
    Places.assertAllFree(engine, origin, dir);
    engine.close();
    origin.await(() -> origin.openConnections() == 0);
  }

  /** One download and its cancel. */
  private final class Attempt implements Attempts.One {

    private final String name;
    private final Path target;
    private final Body file;
    private final Resource resource;
    private final boolean chunked;
    private final int pieces;
    private final boolean hashed;
    private final boolean overwritten;
    private final Moment moment;
    private final Way way;
    private final int nth;
    private final long at;
    private final boolean onTheSpot;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger();
    private final CountDownLatch triggered = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final Ends ends = new Ends();
    private volatile Download download;

    Attempt(long seed, Path directory) {
      Random random = Torture.random(seed);
      name = Long.toString(seed);
      target = directory.resolve("target");
      file =
          Body.random(seed, random.nextInt(10) == 0 ? random.nextInt(3) : random.nextInt(300_000));
      boolean ranges = random.nextInt(3) > 0;
      resource = ranges ? Resource.of(file) : Resource.of(file).withoutRanges();
      chunked = !ranges && random.nextBoolean();
      pieces = 1000 + random.nextInt(30_000);
      hashed = random.nextBoolean();
      overwritten = random.nextBoolean();
      moment = Torture.any(MOMENTS, random);
      way = Torture.any(WAYS, random);
      nth = 1 + random.nextInt(5);
      at = random.nextLong(file.length() + 1);
      onTheSpot = random.nextBoolean();
    }

    @Override
    public String run() throws IOException, InterruptedException {
      start();
      awaitMoment();
      cancel();
      if (way == Way.TWICE || way == Way.CANCEL_ALL) {
        cancelled.await();
      }
      Torture.await("the download ends", () -> engine.find(name).isEmpty());
      return check();
    }

    private void start() {
      DownloadRequest request =
          DownloadRequest.of(origin.uri("/" + name), disk.path(target))
              .withId(name)
              .withOverwrite(overwritten);
      if (hashed) {
        request = request.withComputedChecksum(HashAlgorithm.SHA256);
      }
      switch (way) {
        case CANCEL_OF_RESULT -> engine.download(request).subscribe(ends);
        case CANCEL_OF_PROGRESS -> engine.progress(request).subscribe(ends);
        default -> {
          download = engine.submit(request);
          download.result().subscribe(ends);
        }
      }
      if (download == null) {
        download = engine.find(name).orElse(null);
      }
    }

    private void awaitMoment() {
      switch (moment) {
        case AT_ONCE -> {}
        case AT_ANY_TIME -> LockSupport.parkNanos(at * 20);
        case AT_A_BYTE -> awaitUnlessEnded(() -> download.latest().bytesReceived() >= at);
        case IN_BACKOFF ->
            awaitUnlessEnded(() -> download.latest().state() == DownloadState.WAITING);
        default -> awaitUnlessEnded(() -> triggered.getCount() == 0);
      }
    }

    private void awaitUnlessEnded(BooleanSupplier condition) {
      Torture.await(
          "the moment comes",
          () -> download == null || download.isDisposed() || condition.getAsBoolean());
    }

    private void cancel() {
      switch (way) {
        case CANCEL_OF_RESULT, CANCEL_OF_PROGRESS -> ends.cancel();
        case DISPOSE -> download.dispose();
        case DISCARD -> download.discard();
        case TWICE -> {
          elsewhere(download::dispose);
          download.dispose();
        }
        case CANCEL_ALL -> elsewhere(engine::cancelAll);
      }
    }

    /** The moment has come, on a thread of the origin or of the engine's pool. */
    private void trigger() {
      if (onTheSpot && download != null) {
        cancel();
      }
      triggered.countDown();
    }

    private void elsewhere(Runnable cancel) {
      Schedulers.parallel()
          .schedule(
              () -> {
                cancel.run();
                cancelled.countDown();
              });
    }

    private String check() throws IOException {
      boolean cold = way == Way.CANCEL_OF_RESULT || way == Way.CANCEL_OF_PROGRESS;
      if (!cold) {
        Torture.await("the end is told", () -> ends.all() > 0);
      }
      assertThat(ends.other()).isEmpty();
      assertThat(ends.all()).as("the ends that were told").isLessThanOrEqualTo(1);
      boolean completed = Files.exists(target);
      if (completed) {
        assertHolds(target, file);
        Leftovers.assertOnly(target);
        assertThat(ends.cancelled()).isZero();
      } else {
        if (way == Way.DISCARD) {
          // Another attempt's cancelAll may have ended it before.
          Torture.await("what was kept is deleted", () -> Leftovers.none(target));
        }
        Leftovers.assertNoneOrResumable(target);
        assertThat(ends.completed()).isZero();
      }
      if (download != null) {
        assertThat(download.latest().state())
            .isEqualTo(completed ? DownloadState.COMPLETED : DownloadState.CANCELLED);
      }
      return completed ? "completed first" : "cancelled";
    }

    @Override
    public Reply answer(RecordedRequest request) {
      int count = requests.incrementAndGet();
      if (moment == Moment.AT_A_REQUEST && count == nth) {
        trigger();
      }
      if (moment == Moment.IN_BACKOFF && count % nth == 0) {
        return Reply.status(503).header("Retry-After", "1");
      }
      Reply correct = resource.reply(request);
      Reply reply = chunked && correct.status() == 200 ? correct.chunked() : correct;
      return reply.inPiecesOf(pieces).pacedAt(30_000_000);
    }

    @Override
    public void before(Operation operation) {
      boolean write = operation == Operation.WRITE && writes.incrementAndGet() == nth;
      boolean commit = operation == Operation.LINK || operation == Operation.MOVE;
      if ((moment == Moment.AT_A_WRITE && write) || (moment == Moment.IN_COMMIT && commit)) {
        trigger();
      }
    }

    @Override
    public String toString() {
      return "%s%s of %s, %s %s (%d, %d), state %s"
          .formatted(
              file,
              chunked ? " chunked" : "",
              resource.body(),
              way,
              moment,
              nth,
              at,
              download == null ? null : download.latest());
    }
  }
}
