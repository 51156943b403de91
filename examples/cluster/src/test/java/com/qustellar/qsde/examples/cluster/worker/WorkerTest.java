package com.qustellar.qsde.examples.cluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import com.qustellar.qsde.examples.cluster.target.Stored;
import com.qustellar.qsde.examples.cluster.testing.WaitingTest;
import com.qustellar.qsde.examples.demo.DemoFile;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.common.config.ConfigResource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A worker does what the queue holds, holds its locks, and releases what it can't end. */
class WorkerTest extends WorkerTestBase {

  /** A lock that a worker is to lose. */
  private static final Duration SHORT = Duration.ofSeconds(2);

  @WaitingTest
  void downloadsWhatTheQueueHolds() throws Exception {
    List<DemoFile> files =
        IntStream.range(0, 20).mapToObj(i -> DemoFile.of("f" + i, 10 * KIB + i)).toList();
    for (DemoFile file : files) {
      queue.submit(job(file).withChecksum(file.sha256()));
    }
    start();
    List<JobResult> results = queue.results(all -> all.size() == 20);

    assertThat(results).extracting(JobResult::outcome).containsOnly(Outcome.DONE);
    assertThat(results).extracting(JobResult::target).doesNotHaveDuplicates();
    for (DemoFile file : files) {
      assertThat(dir.resolve("files").resolve(file.name())).hasSize(file.size());
    }
    assertThat(dir.resolve("files/.qsde")).doesNotExist();
  }

  @WaitingTest
  void renewsTheLockOfALongDownload() throws Exception {
    Duration lock = Duration.ofSeconds(4);
    queue.lockFor(lock);
    DemoFile slow = DemoFile.of("slow", 500 * KIB).paced(100 * KIB);
    queue.submit(job(slow).withChecksum(slow.sha256()));
    start();
    List<JobResult> results = queue.results(all -> !all.isEmpty());

    assertThat(results.get(0).seconds()).isGreaterThan(lock.toMillis() / 1e3);
    assertThat(results.get(0).delivery()).isEqualTo(1);
    assertThat(results.get(0).fetched()).isEqualTo(slow.size());
  }

  @WaitingTest
  void goesOnWithTheLastDeliveryThoughItsLockIsLost() throws Exception {
    queue.set(ConfigResource.Type.GROUP, queue.topics().group(), "share.delivery.count.limit", "2");
    queue.lockFor(SHORT);
    Sinks.One<Stored> end = Sinks.one();
    AtomicInteger deliveries = new AtomicInteger();
    start(
        queue.clients(),
        Duration.ofSeconds(5),
        new Store(
            job -> {
              if (job.id().equals("next")) {
                end.tryEmitValue(new Stored(KIB, KIB, null, false, 0)); // as the first is lost
              } else if (deliveries.incrementAndGet() == 1) {
                return Mono.error(new DownloadException.Cancelled(job.uri(), null, true, null));
              } else {
                // Its member stands still, as in a process that is stopped.
                LockSupport.parkNanos(SHORT.plusMillis(500).toNanos());
              }
              return end.asMono();
            }),
        1,
        1);
    queue.submit(job(DemoFile.of("f", KIB)));
    queue.submit(job(DemoFile.of("next", KIB)));

    assertThat(queue.results(all -> all.size() == 3))
        .extracting(result -> result.id() + " " + result.outcome() + " " + result.delivery())
        .containsExactlyInAnyOrder("f RELEASED 1", "f DONE 2", "next DONE 1");
    assertThat(lines.get(1)).contains("this worker stood still for longer than its locks last");
  }

  @WaitingTest
  void noticesThatItStoodStillBetweenTwoRecordsOfOnePoll() throws Exception {
    queue.lockFor(SHORT);
    queue.submit(job(DemoFile.of("f", KIB)));
    queue.submit(job(DemoFile.of("next", KIB)));
    AtomicInteger deliveries = new AtomicInteger();
    Store store =
        new Store(
            job -> {
              if (deliveries.incrementAndGet() == 1) {
                LockSupport.parkNanos(SHORT.plusMillis(500).toNanos());
              }
              return deliveries.get() <= 2
                  ? Mono.never()
                  : Mono.just(new Stored(KIB, KIB, null, false, 0));
            });
    start(queue.clients(), Duration.ofSeconds(5), store, 1, 2);

    assertThat(queue.results(all -> all.size() == 2))
        .extracting(JobResult::delivery)
        .containsExactly(2, 2);
    assertThat(lines.get(1)).contains("this worker stood still for longer than its locks last");
  }

  @WaitingTest
  void aWorkerThatIsStoppedReleasesWhatItHoldsAndTheNextGoesOn() throws Exception {
    DemoFile large = DemoFile.of("large", 20 * KIB * KIB).paced(6 * KIB * KIB);
    queue.submit(job(large).withChecksum(large.sha256()));
    start(queue.clients(), Duration.ZERO);
    await(() -> origin.bytesSent() >= large.size() / 2);
    stopWorker();
    start();
    List<JobResult> results = queue.results(all -> all.size() == 2);

    assertThat(results.get(0).outcome()).isEqualTo(Outcome.RELEASED);
    assertThat(results.get(1).outcome()).isEqualTo(Outcome.DONE);
    assertThat(results.get(1).delivery()).isEqualTo(2);
    assertThat(results.get(1).fetched()).isLessThan(large.size() * 3 / 4);
  }

  @WaitingTest
  void aWorkerThatIsStoppedReleasesWhatDoesNotEnd() throws Exception {
    AtomicBoolean cancelled = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    Store stuck =
        new Store(
            job -> {
              begun.countDown();
              return Mono.<Stored>never().doOnCancel(() -> cancelled.set(true));
            });
    queue.submit(job(DemoFile.of("f", KIB)));
    start(queue.clients(), Duration.ZERO, stuck, 4, 1);
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    stopWorker();

    assertThat(cancelled).isTrue();
    assertThat(queue.results(all -> !all.isEmpty()))
        .singleElement()
        .returns(Outcome.RELEASED, JobResult::outcome);
  }
}
