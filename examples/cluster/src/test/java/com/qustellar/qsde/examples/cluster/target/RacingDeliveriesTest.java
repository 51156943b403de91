package com.qustellar.qsde.examples.cluster.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.testing.LeakExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Deliveries of one target that begin, are cancelled and are given up at moments that a seed
 * decides, whatever request they belong to: the one that is left to itself ends well, and nothing
 * is left but its file.
 */
@ExtendWith(LeakExtension.class)
class RacingDeliveriesTest {

  private static final String HOOK = "races";
  private static final int ROUNDS = Integer.getInteger("qsde.races", 20);
  private static final long FIRST = Long.getLong("qsde.races.seed", 1);
  private static final int MIB = 1 << 20;
  private static final int LARGEST = 3 * MIB;
  private static final int LATEST_MILLIS = 60;
  private static final int LATEST_TASK_MILLIS = 4;
  private static final Duration LONGEST = Duration.ofSeconds(30);

  @TempDir Path dir;

  private final DemoOrigin origin = new DemoOrigin();
  private final DownloadEngine engine =
      DownloadEngine.builder()
          .limits(Limits.defaults().withConnectionsPerDownload(2).withSegmentSize(MIB))
          .build();

  /** Whoever steps in between two steps has the time for it. */
  @BeforeEach
  void delayTasks() {
    Schedulers.onScheduleHook(
        HOOK,
        task ->
            () -> {
              ThreadLocalRandom random = ThreadLocalRandom.current();
              if (random.nextBoolean()) {
                LockSupport.parkNanos(random.nextLong(LATEST_TASK_MILLIS * 1_000_000L));
              }
              task.run();
            });
  }

  @AfterEach
  void close() {
    Schedulers.resetOnScheduleHook(HOOK);
    engine.close();
    origin.close();
  }

  @Test
  void whatOthersBeginAndGiveUpHarmsNone() throws Exception {
    DirectoryTarget store = DirectoryTarget.open(dir, engine);
    for (long seed = FIRST; seed < FIRST + ROUNDS; seed++) {
      race(store, seed);
    }
  }

  private void race(DirectoryTarget store, long seed) {
    Random random = new Random(seed * 0x9e3779b97f4a7c15L);
    DemoFile file = DemoFile.of("f" + seed, 1 + random.nextInt(LARGEST)).paced(50L * MIB);
    String target = seed + "/f";
    List<Mono<Stored>> all = new ArrayList<>();
    all.add(later(random, store(store, job(file, target, "left to itself", random))));
    int others = 1 + random.nextInt(8);
    for (int i = 0; i < others; i++) {
      Job job = job(file, target, "other " + i, random);
      all.add(
          later(random, store(store, job).takeUntilOther(moment(random)))
              .onErrorComplete() // it may be given up while it runs
              .then(random.nextBoolean() ? store.discard(job).onErrorComplete() : Mono.empty())
              .then(Mono.empty()));
    }
    List<Stored> stored = Flux.merge(all).collectList().block(LONGEST);

    assertThat(stored).as("seed %d", seed).hasSize(1);
    assertThat(dir.resolve(target)).as("seed %d", seed).hasSize(file.size());
    awaitNothingBeside(dir.resolve(target), seed);
  }

  private Job job(DemoFile file, String target, String id, Random random) {
    Job job = Job.of(id, origin.serve(file), target);
    return random.nextBoolean() ? job.withChecksum(file.sha256()) : job;
  }

  private static Mono<Stored> store(DirectoryTarget store, Job job) {
    return store.store(job, job.request());
  }

  private static <T> Mono<T> later(Random random, Mono<T> work) {
    return work.delaySubscription(moment(random));
  }

  private static Mono<Long> moment(Random random) {
    return Mono.delay(Duration.ofNanos((long) (random.nextDouble() * LATEST_MILLIS * 1e6)));
  }

  /** What is cancelled cleans up behind whoever has cancelled it. */
  private void awaitNothingBeside(Path target, long seed) {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    Path work = target.resolveSibling(".qsde");
    while (Files.exists(work)) {
      assertThat(System.nanoTime()).as("seed %d leaves %s", seed, work).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
