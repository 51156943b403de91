package com.qustellar.qsde.reactor.torture;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.Cancelled;
import com.qustellar.qsde.DownloadException.DiskFull;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadMetrics;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Signal;

/**
 * Small files that contend for little memory with one another, a large one and a slow stream, while
 * servers and disks fail, limits change, and downloads are paused and cancelled: each ends in all
 * or nothing, and gives back what it had.
 */
class RandomSmallFileTest {

  private static final int SAMPLE = 150;

  private static final Body THEIRS = Body.of("theirs");

  /** More than is held of one. */
  private static final long LONGEST = (256 << 10) + 1;

  private static final Limits LIMITS = Limits.defaults().withMemoryBudget(1 << 20);

  @TempDir Path dir;
  private final FastTime time = new FastTime();
  private final ScriptedDisk disk = new ScriptedDisk();
  private final ScriptedOrigin origin = ScriptedOrigin.start();
  private final AtomicReference<DownloadMetrics.Gauges> gauges = new AtomicReference<>();
  private final DownloadEngine engine =
      DownloadEngine.builder().limits(LIMITS).scheduler(time).metrics(new Observer()).build();

  private final Attempts<Attempt> attempts = new Attempts<>();

  private final class Observer implements DownloadMetrics {
    @Override
    public Disposable observe(Gauges seen) {
      gauges.set(seen);
      return Disposables.disposed();
    }
  }

  @AfterEach
  void stop() {
    engine.close();
    origin.close();
    time.dispose();
  }

  @Test
  void everySmallFileEndsInAllOrNothing() {
    origin.onEvery(attempts::answer);
    disk.failing(attempts::before);
    new Torture(RandomSmallFileTest.class)
        .seeds(SAMPLE, seed -> attempts.run(seed, dir, Attempt::new));
    assertThat(engine.downloads()).isEmpty();
    Torture.await("all memory is given back", () -> gauges.get().memoryInUse() == 0);
  }

  /** One file and what happens to it. */
  private final class Attempt implements Attempts.One {

    private final String name;
    private final Path directory;
    private final Path target;
    private final Random random;
    private final Scenario scenario;
    private final boolean named;
    private final boolean overwritten;
    private final int failing;
    private final AtomicInteger operations = new AtomicInteger();
    private final Set<Operation> failed = ConcurrentHashMap.newKeySet();

    Attempt(long seed, Path directory) {
      this.name = Long.toString(seed);
      this.directory = directory;
      // As the URI names it, where it is not named here.
      this.target = directory.resolve(name);
      this.random = Torture.random(~seed);
      this.scenario = new Scenario(seed, seed % 16 == 0 ? Long.MAX_VALUE : LONGEST);
      this.named = random.nextBoolean();
      this.overwritten = random.nextInt(4) == 0;
      this.failing = random.nextInt(4) == 0 ? 1 + random.nextInt(30) : Integer.MAX_VALUE;
    }

    @Override
    public String run() throws IOException {
      URI uri = origin.uri("/" + name);
      if (random.nextInt(16) == 0) {
        return stream(DownloadRequest.of(uri));
      }
      if (overwritten) {
        Files.write(target, THEIRS.bytes());
      }
      DownloadRequest request =
          scenario
              .request(uri, disk.path(named ? target : directory))
              .withOverwrite(overwritten)
              .withFsync(random.nextInt(8) == 0)
              .withRemoteTime(random.nextInt(8) == 0);
      Download download = engine.submit(request);
      boolean cancelled = steer(download);
      Signal<DownloadResult> end = download.result().materialize().block(Torture.LIMIT);
      if (end.hasValue()) {
        check(end.get());
        return "succeeded";
      }
      DownloadException failure = (DownloadException) end.getThrowable();
      if (failure instanceof FileAccess || failure instanceof DiskFull) {
        assertThat(failed).isNotEmpty();
      } else if (failure instanceof Cancelled) {
        assertThat(cancelled).isTrue();
      } else {
        assertThat(scenario.mayFail()).as("it may fail: %s", failure.getMessage()).isTrue();
      }
      if (overwritten) {
        assertHolds(target, THEIRS);
        Files.delete(target);
      }
      if (failed.isEmpty()) {
        Leftovers.assertNoneOrResumable(target);
      }
      return failure.getClass().getSimpleName();
    }

    /** It is read slowly, and fills the memory meanwhile. */
    private String stream(DownloadRequest request) {
      Flux<ByteBuffer> bytes = engine.stream(request).timeout(Torture.LIMIT);
      long received = 0;
      for (ByteBuffer next : bytes.onErrorComplete(DownloadException.class).toIterable(1)) {
        LockSupport.parkNanos(100_000);
        received += next.remaining();
      }
      long all = received;
      boolean whole = scenario.files().stream().anyMatch(file -> file.length() == all);
      assertThat(whole || scenario.mayFail()).as("the whole, not %d bytes", all).isTrue();
      return "streamed";
    }

    /** Returns whether it was cancelled. */
    private boolean steer(Download download) {
      for (int i = random.nextInt(3); i > 0; i--) {
        LockSupport.parkNanos(random.nextInt(3_000_000));
        switch (random.nextInt(6)) {
          case 0 -> engine.limits(LIMITS.withMemoryBudget((1L + random.nextInt(4)) << 20));
          case 1 -> engine.limits(LIMITS.withMaxConcurrentDownloads(6 + random.nextInt(6)));
          case 2, 3 -> {
            download.pause();
            LockSupport.parkNanos(random.nextInt(3_000_000));
            download.resume();
          }
          case 4 -> {
            download.dispose();
            return true;
          }
          default -> {
            download.discard();
            return true;
          }
        }
      }
      return false;
    }

    private void check(DownloadResult result) throws IOException {
      Path real = directory.resolve(result.target().getFileName().toString());
      assertThat(real).isEqualTo(target);
      Body file =
          scenario.files().stream()
              .filter(body -> body.length() == result.bytes())
              .findFirst()
              .orElseThrow(() -> new AssertionError("a file of " + result.bytes() + " bytes"));
      assertHolds(target, file);
      if (failed.isEmpty()) {
        Leftovers.assertOnly(target);
      }
    }

    @Override
    public Reply answer(RecordedRequest request) {
      return scenario.answer(request);
    }

    /** The disk fails once, or is full from then on. */
    @Override
    public void before(Operation operation) throws IOException {
      int count = operations.incrementAndGet();
      if (count == failing || (count > failing && failing % 2 == 0)) {
        failed.add(operation);
        throw new IOException(failing % 2 == 0 ? "No space left on device" : "Input/output error");
      }
    }

    @Override
    public String toString() {
      return "%s, %s%s, the disk failing at %d of %s (%s)"
          .formatted(
              scenario,
              named ? "named" : "in a directory",
              overwritten ? ", over another" : "",
              failing,
              operations,
              failed);
    }
  }
}
