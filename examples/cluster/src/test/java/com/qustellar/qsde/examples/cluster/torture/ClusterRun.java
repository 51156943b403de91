package com.qustellar.qsde.examples.cluster.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.examples.cluster.demo.WorkerProcess;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One batch over three workers, to which a seed does harm. */
final class ClusterRun implements AutoCloseable {

  static final int FILES = 60;

  private static final int LARGE_EVERY = 6;
  private static final int SMALL = 64 << 10;
  private static final int LARGE = 5 << 20;
  private static final int LARGE_PER_SECOND = 3 << 19;
  private static final Duration LOCK = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private final Random random;
  private final Path dir;
  private final TestQueue queue = new TestQueue();
  private final DemoOrigin origin = new DemoOrigin();
  private final List<WorkerProcess> workers = new ArrayList<>();
  private final List<DemoFile> files;
  private final Map<DemoFile, Checksum> digests = new HashMap<>();
  private final Map<Path, Object> seen = new HashMap<>();
  private List<JobResult> results = List.of();

  /** What is done at some moment. */
  private record Harm(long millis, Step step) {}

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  ClusterRun(long seed, Path dir) {
    this.random = new Random(seed * 0x9e3779b97f4a7c15L);
    this.dir = dir;
    this.files =
        IntStream.range(0, FILES)
            .mapToObj(
                i ->
                    i % LARGE_EVERY == 0
                        ? DemoFile.of("large-" + i, LARGE + i).paced(LARGE_PER_SECOND)
                        : DemoFile.of("small-" + i, SMALL + i))
            .toList();
  }

  /** Runs to the end of the batch. */
  void go() throws IOException, InterruptedException {
    queue.lockFor(LOCK);
    for (int i = 0; i < 3; i++) {
      start();
    }
    files.forEach(file -> digests.put(file, file.sha256())); // while they start
    for (DemoFile file : files) {
      Job job = Job.of(file.name(), origin.serve(file), "d/" + file.name());
      // One in three has no digest to go by.
      queue.submit(random.nextInt(3) == 0 ? job : job.withChecksum(digests.get(file)));
    }
    while (origin.bytesSent() == 0) {
      LockSupport.parkNanos(1_000_000);
    }
    long begun = System.nanoTime();
    for (Harm harm : harms()) {
      while (System.nanoTime() - begun < harm.millis() * 1_000_000) {
        look();
        LockSupport.parkNanos(10_000_000);
      }
      harm.step().run();
    }
    results = queue.results(this::isWhole, LONGEST);
    look();
  }

  private List<Harm> harms() {
    WorkerProcess killed = workers.get(0);
    WorkerProcess stopped = workers.get(1);
    long stop = random.nextInt(4000);
    long locks = LOCK.toMillis();
    return Stream.of(
            new Harm(
                random.nextInt(6000),
                () -> {
                  killed.kill();
                  start();
                }),
            new Harm(stop, () -> signal(stopped, "STOP")),
            new Harm(stop + locks + random.nextInt(4000), () -> signal(stopped, "CONT")),
            new Harm(random.nextInt(6000), queue::restartBroker))
        .sorted(Comparator.comparingLong(Harm::millis))
        .toList();
  }

  private static void signal(WorkerProcess worker, String signal)
      throws IOException, InterruptedException {
    String pid = String.valueOf(worker.process().pid());
    assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor()).isZero();
  }

  private void start() throws IOException {
    workers.add(
        WorkerProcess.start(
            "worker-" + (workers.size() + 1),
            List.of(
                "--brokers", queue.address(),
                "--queue", queue.topics().name(),
                "--dir", dir.toString(),
                "--parallel", "4")));
  }

  private boolean isWhole(List<JobResult> all) {
    return all.stream()
            .filter(result -> result.outcome().isWhole())
            .map(JobResult::id)
            .distinct()
            .count()
        == FILES;
  }

  /** A target that has appeared is that very file for ever. */
  private void look() throws IOException {
    Path targets = dir.resolve("d");
    if (!Files.isDirectory(targets)) {
      return;
    }
    for (DemoFile file : files) {
      Path target = targets.resolve(file.name());
      if (Files.exists(target)) {
        BasicFileAttributes now = Files.readAttributes(target, BasicFileAttributes.class);
        Object before = seen.putIfAbsent(target, List.of(now.fileKey(), now.size()));
        if (before != null) {
          assertThat(List.of(now.fileKey(), now.size())).as("%s", target).isEqualTo(before);
        }
      }
    }
  }

  /** Checks the files, what is left over, and what was told. */
  void check() throws IOException {
    List<WorkerProcess> alive = workers.subList(1, workers.size());
    alive.forEach(worker -> worker.process().toHandle().destroy()); // all at once
    for (WorkerProcess worker : alive) {
      worker.close();
      // The signal's: it has finished or released what it held, and was not cut short.
      assertThat(worker.process().exitValue()).isEqualTo(143);
    }
    look();
    Map<String, List<JobResult>> told =
        queue.results(this::isWhole, LONGEST).stream()
            .collect(Collectors.groupingBy(JobResult::id));
    try (DownloadEngine engine = DownloadEngine.create()) {
      for (DemoFile file : files) {
        Path target = dir.resolve("d").resolve(file.name());
        DownloadResult right =
            engine
                .download(
                    DownloadRequest.of(origin.uri(file.name()), target)
                        .withChecksum(digests.get(file)))
                .block();
        assertThat(right.notes()).as("%s", target).containsExactly(Note.ALREADY_PRESENT);
        check(file, told.get(file.name()));
      }
    }
    try (Stream<Path> there = Files.list(dir.resolve("d"))) {
      assertThat(there).as("no more than the targets").hasSize(FILES);
    }
  }

  private void check(DemoFile file, List<JobResult> told) {
    assertThat(told)
        .as("%s", told)
        .noneMatch(result -> result.outcome() == Outcome.REJECTED)
        .filteredOn(result -> result.outcome() == Outcome.DONE)
        .hasSizeLessThanOrEqualTo(1);
    assertThat(told)
        .filteredOn(result -> result.outcome().isWhole())
        .isNotEmpty()
        .allMatch(result -> result.bytes() == file.size())
        .allMatch(
            result -> result.checksum() == null || result.checksum().equals(digests.get(file)));
  }

  int alreadyThere() {
    return count(Outcome.ALREADY_THERE);
  }

  int released() {
    return count(Outcome.RELEASED);
  }

  private int count(Outcome outcome) {
    return (int) results.stream().filter(result -> result.outcome() == outcome).count();
  }

  /** Returns how much more the origin has sent than there is, as a part of that. */
  double fetchedTwice() {
    long total = files.stream().mapToLong(DemoFile::size).sum();
    return (double) (origin.bytesSent() - total) / total;
  }

  @Override
  public void close() {
    workers.forEach(WorkerProcess::kill);
    origin.close();
    queue.close();
  }
}
