package com.qustellar.qsde.examples.cluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import com.qustellar.qsde.examples.cluster.s3.ObjectTarget;
import com.qustellar.qsde.examples.cluster.s3.S3Options;
import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import com.qustellar.qsde.examples.cluster.testing.TestStore;
import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** A worker whose targets are in a store, which it finds as its options and the SDK's chain say. */
class ObjectWorkerTest {

  private static final int MIB = 1 << 20;
  private static final Map<String, String> CREDENTIALS =
      Map.of("aws.accessKeyId", "key", "aws.secretAccessKey", "secret");

  private final TestQueue queue = new TestQueue();
  private final TestStore store = new TestStore();
  private final DemoOrigin origin = new DemoOrigin();
  private final DownloadEngine engine = DownloadEngine.create();

  @AfterEach
  void close() {
    CREDENTIALS.keySet().forEach(System::clearProperty);
    engine.close();
    origin.close();
    store.close();
    queue.close();
  }

  private Job job(String id, DemoFile file, String to) {
    return Job.of(id, origin.serve(file), to).withChecksum(file.sha256());
  }

  @Test
  void objectsAppearOnceAndOnlyWhereTheyMay() {
    CREDENTIALS.forEach(System::setProperty);
    String bucket = "s3://" + store.bucket();
    S3Options options =
        CommandLine.populateCommand(
            new S3Options(),
            "--allow",
            bucket + "/in",
            "--s3-endpoint",
            TestStore.endpoint().toString(),
            "--s3-part-size",
            "5M");
    ObjectTarget target = options.target(engine).orElseThrow();
    DemoFile large = DemoFile.of("large", 6 * MIB);
    DemoFile small = DemoFile.of("small", 1000);
    Settings settings =
        new Settings(
            "worker",
            queue.clients(),
            queue.address(),
            queue.topics(),
            1,
            1,
            Duration.ofSeconds(5));
    Worker worker = new Worker(settings, engine, target, line -> {});
    CompletableFuture<Boolean> ended = WorkerTestBase.run(worker);

    queue.submit(
        job("large", large, bucket + "/in/large"),
        job("small", small, bucket + "/in/small"),
        job("again", large, bucket + "/in/large"),
        job("outside", small, bucket + "/out/small"),
        job("no store", small, "in/small"));
    List<JobResult> results = queue.results(all -> all.size() >= 5);
    worker.stop();
    assertThat(ended.join()).isTrue();
    target.closeLater().block();

    Map<String, Outcome> outcomes =
        results.stream().collect(Collectors.toMap(JobResult::id, JobResult::outcome, (a, b) -> b));
    assertThat(outcomes)
        .containsEntry("small", Outcome.DONE)
        .containsEntry("outside", Outcome.REJECTED)
        .containsEntry("no store", Outcome.REJECTED);
    assertThat(List.of(outcomes.get("large"), outcomes.get("again")))
        .containsExactlyInAnyOrder(Outcome.DONE, Outcome.ALREADY_THERE);
    assertThat(store.head("in/large").orElseThrow().contentLength()).isEqualTo(large.size());
    assertThat(store.head("out/small")).isEmpty();
    assertThat(store.uploads()).isEmpty();
  }
}
