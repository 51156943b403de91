package com.qustellar.qsde.examples.cluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.target.DirectoryTarget;
import com.qustellar.qsde.examples.cluster.target.Stored;
import com.qustellar.qsde.examples.cluster.target.TargetStore;
import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** A queue, an origin, and a worker with targets in a directory. */
@Timeout(120)
abstract class WorkerTestBase {

  static final int KIB = 1024;

  @TempDir Path dir;

  final TestQueue queue = new TestQueue();
  final DemoOrigin origin = new DemoOrigin();
  final DownloadEngine engine =
      DownloadEngine.builder().limits(Limits.defaults().withConnectionsPerDownload(1)).build();
  final List<String> lines = new CopyOnWriteArrayList<>();
  private Worker worker;
  CompletableFuture<Boolean> ended;

  void start() throws Exception {
    start(queue.clients(), Duration.ofSeconds(5));
  }

  void start(Map<String, Object> clients, Duration grace) throws Exception {
    start(clients, grace, DirectoryTarget.open(dir, engine), 4, 1);
  }

  void start(
      Map<String, Object> clients, Duration grace, TargetStore store, int members, int each) {
    Settings settings =
        new Settings("worker", clients, queue.address(), queue.topics(), members, each, grace);
    worker = new Worker(settings, engine, store, lines::add);
    ended = run(worker);
  }

  /** Runs a worker until it is stopped; tells what that came to. */
  static CompletableFuture<Boolean> run(Worker worker) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return worker.run();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  void askToStop() {
    worker.stop();
  }

  void stopWorker() {
    askToStop();
    assertThat(ended.join()).isTrue();
  }

  @AfterEach
  void stop() {
    stopWorker();
    engine.close();
    origin.close();
    queue.close();
  }

  static void await(BooleanSupplier reached) throws InterruptedException {
    while (!reached.getAsBoolean()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Keeps what it is told, without a delivery that is given up. */
  record Store(Function<Job, Mono<Stored>> stored) implements TargetStore {
    @Override
    public boolean accepts(String target) {
      return true;
    }

    @Override
    public Mono<Stored> store(Job job, DownloadRequest request) {
      return stored.apply(job);
    }

    @Override
    public Mono<Void> discard(Job job) {
      throw new AssertionError("there is a later delivery");
    }
  }

  Job job(DemoFile file) {
    return Job.of(file.name(), origin.serve(file), "files/" + file.name());
  }
}
