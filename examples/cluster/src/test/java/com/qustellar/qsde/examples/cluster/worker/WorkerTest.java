package com.qustellar.qsde.examples.cluster.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.cluster.job.Codec;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import com.qustellar.qsde.examples.cluster.target.DirectoryTarget;
import com.qustellar.qsde.examples.cluster.target.Stored;
import com.qustellar.qsde.examples.cluster.target.TargetStore;
import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

@Timeout(60)
class WorkerTest {

  private static final int KIB = 1024;

  @TempDir Path dir;

  private final TestQueue queue = new TestQueue();
  private final DemoOrigin origin = new DemoOrigin();
  private final DownloadEngine engine =
      DownloadEngine.builder().limits(Limits.defaults().withConnectionsPerDownload(1)).build();
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private Worker worker;
  private CompletableFuture<Boolean> ended;

  private void start() throws Exception {
    start(queue.clients(), Duration.ofSeconds(5));
  }

  private void start(Map<String, Object> clients, Duration grace) throws Exception {
    start(clients, grace, DirectoryTarget.open(dir, engine), 4, 1);
  }

  private void start(
      Map<String, Object> clients, Duration grace, TargetStore store, int members, int each) {
    Settings settings =
        new Settings("worker", clients, queue.address(), queue.topics(), members, each, grace);
    worker = new Worker(settings, engine, store, lines::add);
    ended =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return worker.run();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
  }

  private void stopWorker() {
    worker.stop();
    assertThat(ended.join()).isTrue();
  }

  @AfterEach
  void stop() {
    stopWorker();
    engine.close();
    origin.close();
    queue.close();
  }

  private static void await(BooleanSupplier reached) throws InterruptedException {
    while (!reached.getAsBoolean()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Keeps what it is told, without a delivery that is given up. */
  private record Store(Function<Job, Mono<Stored>> stored) implements TargetStore {
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

  private Job job(DemoFile file) {
    return Job.of(file.name(), origin.serve(file), "files/" + file.name());
  }

  @Test
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

  @Test
  void renewsTheLockOfALongDownload() throws Exception {
    DemoFile slow = DemoFile.of("slow", 300 * KIB).paced(100 * KIB);
    queue.submit(job(slow).withChecksum(slow.sha256()));
    start();
    List<JobResult> results = queue.results(all -> !all.isEmpty());

    assertThat(results.get(0).seconds()).isGreaterThan(2.5);
    assertThat(results.get(0).delivery()).isEqualTo(1);
    assertThat(results.get(0).fetched()).isEqualTo(slow.size());
  }

  @Test
  void buriesAnUnreadableRecordAndGoesOn() throws Exception {
    DemoFile file = DemoFile.of("good", KIB);
    queue.submit("{not json".getBytes(UTF_8));
    queue.submit(job(file));
    start();
    List<ConsumerRecord<byte[], byte[]>> dead = queue.dead(1);

    assertThat(dead.get(0).value()).asString(UTF_8).isEqualTo("{not json");
    assertThat(dead.get(0).headers().lastHeader("message").value())
        .asString(UTF_8)
        .startsWith("the record is no JSON");
    List<JobResult> results = queue.results(all -> all.size() == 2);
    assertThat(results)
        .filteredOn(result -> result.outcome() == Outcome.REJECTED)
        .singleElement()
        .returns(queue.topics().jobs() + "-0@0", JobResult::id)
        .returns(null, JobResult::target)
        .returns("Unreadable", JobResult::error);
    assertThat(Files.size(dir.resolve("files/good"))).isEqualTo(KIB);
  }

  @Test
  void buriesARecordOfAnyLength() throws Exception {
    byte[] longest = new byte[(1 << 20) - 100]; // with the cause beside it, it is more than may be
    queue.submit(longest);
    start();
    ConsumerRecord<byte[], byte[]> dead = queue.dead(1).get(0);

    assertThat(dead.value()).isNull();
    assertThat(dead.headers().lastHeader("from").value())
        .asString(UTF_8)
        .isEqualTo(queue.topics().jobs() + "-0@0");
  }

  @Test
  void buriesWhatFailsForGoodWithItsCause() throws Exception {
    Job job = Job.of("gone", origin.uri("gone"), "gone");
    queue.submit(job);
    start();
    ConsumerRecord<byte[], byte[]> dead = queue.dead(1).get(0);

    assertThat(Codec.readJob(dead.value())).isEqualTo(job);
    assertThat(dead.headers().lastHeader("error").value()).asString(UTF_8).isEqualTo("HttpStatus");
    assertThat(queue.results(all -> !all.isEmpty()).get(0))
        .returns(Outcome.REJECTED, JobResult::outcome)
        .returns("HttpStatus", JobResult::error);
  }

  @Test
  void refusesATargetOutsideOfItsDirectory() throws Exception {
    queue.submit(Job.of("out", origin.serve(DemoFile.of("out", KIB)), "../out"));
    queue.submit(Job.of("s3", origin.serve(DemoFile.of("out", KIB)), "s3://bucket/out"));
    start();

    assertThat(queue.dead(2))
        .extracting(dead -> new String(dead.headers().lastHeader("message").value(), UTF_8))
        .containsExactlyInAnyOrder(
            "the target is refused: it holds an empty name, \".\" or \"..\"",
            "this queue's workers keep no such targets");
    assertThat(dir.resolveSibling("out")).doesNotExist();
    assertThat(origin.bytesSent()).isZero();
  }

  @Test
  void givesUpAfterSoManyDeliveries() throws Exception {
    Job job = Job.of("f", origin.serve(DemoFile.of("f", KIB)), "f");
    queue.submit(new Job("f", job.uri(), List.of(), "f", null, OptionalLong.empty(), Map.of(), 2));
    engine.close(); // whatever is asked of it now is cancelled
    start();
    List<ConsumerRecord<byte[], byte[]>> dead = queue.dead(1);

    assertThat(dead.get(0).headers().lastHeader("error").value())
        .asString(UTF_8)
        .isEqualTo("Undelivered");
    assertThat(queue.results(all -> all.size() == 3))
        .extracting(JobResult::outcome)
        .containsExactlyInAnyOrder(Outcome.RELEASED, Outcome.RELEASED, Outcome.REJECTED);
  }

  @Test
  void givesUpBeforeTheGroupDropsTheRequest() throws Exception {
    queue.set(ConfigResource.Type.GROUP, queue.topics().group(), "share.delivery.count.limit", "2");
    Job job = Job.of("f", origin.serve(DemoFile.of("f", KIB)), "f");
    queue.submit(new Job("f", job.uri(), List.of(), "f", null, OptionalLong.empty(), Map.of(), 99));
    engine.close(); // whatever is asked of it now is cancelled
    start();

    assertThat(queue.dead(1).get(0).headers().lastHeader("delivery").value())
        .asString(UTF_8)
        .isEqualTo("2");
  }

  @Test
  void holdsARequestForAsLongAsItsResultCanNotBeWritten() throws Exception {
    String results = queue.topics().results();
    DemoFile file = DemoFile.of("f", KIB);
    queue.set(ConfigResource.Type.TOPIC, results, "max.message.bytes", "99");
    queue.submit(job(file));
    start();
    await(() -> lines.size() == 2);
    assertThat(lines.get(1)).startsWith(results + " can't be written to, which is tried again: ");
    queue.set(ConfigResource.Type.TOPIC, results, "max.message.bytes", "1048588");

    assertThat(queue.results(all -> !all.isEmpty()))
        .singleElement()
        .returns(Outcome.DONE, JobResult::outcome)
        .returns(1, JobResult::delivery);
    assertThat(lines).hasSize(2);
  }

  @Test
  void makesTheTopicOfResultsAnew() throws Exception {
    String results = queue.topics().results();
    queue.submit(job(DemoFile.of("before", KIB)));
    start();
    queue.results(all -> !all.isEmpty());
    queue.delete(results);
    queue.submit(job(DemoFile.of("f", KIB)));
    queue.awaitTopic(results);

    assertThat(queue.results(all -> !all.isEmpty()))
        .singleElement()
        .returns(Outcome.DONE, JobResult::outcome)
        .returns(1, JobResult::delivery);
    assertThat(lines.get(1)).isEqualTo(results + " was gone, and has been made anew");
  }

  @Test
  void goesOnWithTheLastDeliveryThoughItsLockIsLost() throws Exception {
    queue.set(ConfigResource.Type.GROUP, queue.topics().group(), "share.delivery.count.limit", "2");
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
                LockSupport.parkNanos(TestQueue.LOCK.multipliedBy(2).toNanos());
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

  @Test
  void noticesThatItStoodStillBetweenTwoRecordsOfOnePoll() throws Exception {
    queue.submit(job(DemoFile.of("f", KIB)));
    queue.submit(job(DemoFile.of("next", KIB)));
    AtomicInteger deliveries = new AtomicInteger();
    Store store =
        new Store(
            job -> {
              if (deliveries.incrementAndGet() == 1) {
                LockSupport.parkNanos(TestQueue.LOCK.multipliedBy(2).toNanos());
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

  @Test
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

  @Test
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

  @Test
  void makesATopicAnewThatSomebodyHasDeleted() throws Exception {
    start();
    queue.awaitState();
    queue.delete(queue.topics().workers());
    queue.awaitTopic(queue.topics().workers());
    queue.awaitState();
    DemoFile file = DemoFile.of("f", KIB);
    queue.submit(job(file));

    assertThat(queue.results(all -> !all.isEmpty())).hasSize(1);
  }

  @Test
  void saysOnceThatNoBrokerAnswersAndKeepsTrying() throws Exception {
    Map<String, Object> nowhere =
        Map.of(
            CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1",
            CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 300,
            CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 300);
    start(nowhere, Duration.ZERO);
    assertThat(ended)
        .failsWithin(Duration.ofSeconds(2))
        .withThrowableOfType(TimeoutException.class);

    assertThat(lines).hasSize(1);
    assertThat(lines.get(0)).startsWith("no broker answers at ").endsWith(": still trying");
  }
}
