package com.qustellar.qsde.examples.cluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import com.qustellar.qsde.examples.cluster.target.DirectoryTarget;
import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    Settings settings =
        new Settings(
            "worker",
            queue.clients(),
            queue.address(),
            queue.topics(),
            4,
            1,
            Duration.ofSeconds(5));
    worker = new Worker(settings, engine, DirectoryTarget.open(dir, engine), lines::add);
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

  @AfterEach
  void stop() {
    if (worker != null) {
      worker.stop();
      assertThat(ended.join()).isTrue();
    }
    engine.close();
    origin.close();
    queue.close();
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
    DemoFile slow = DemoFile.of("slow", 400 * KIB).paced(100 * KIB);
    queue.submit(job(slow).withChecksum(slow.sha256()));
    start();
    List<JobResult> results = queue.results(all -> !all.isEmpty());

    assertThat(results.get(0).seconds()).isGreaterThan(3.0);
    assertThat(results.get(0).delivery()).isEqualTo(1);
    assertThat(results.get(0).fetched()).isEqualTo(slow.size());
  }

  @Test
  void buriesAnUnreadableRecordAndGoesOn() throws Exception {
    DemoFile file = DemoFile.of("good", KIB);
    queue.submit("{not json".getBytes(StandardCharsets.UTF_8));
    queue.submit(job(file));
    start();
    List<ConsumerRecord<byte[], byte[]>> dead = queue.dead(1);

    assertThat(dead.get(0).value()).asString(StandardCharsets.UTF_8).isEqualTo("{not json");
    assertThat(dead.get(0).headers().lastHeader("message").value())
        .asString(StandardCharsets.UTF_8)
        .startsWith("the record is no JSON");
    queue.results(all -> all.size() == 1 && all.get(0).outcome() == Outcome.DONE);
    assertThat(Files.size(dir.resolve("files/good"))).isEqualTo(KIB);
  }
}
