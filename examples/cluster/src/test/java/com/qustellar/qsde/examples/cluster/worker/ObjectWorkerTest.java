package com.qustellar.qsde.examples.cluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import com.qustellar.qsde.examples.cluster.testing.TestStore;
import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker's own process, with a store: the client is found by the SDK's default chain. */
class ObjectWorkerTest {

  private static final int MIB = 1 << 20;

  @TempDir Path dir;

  private final TestQueue queue = new TestQueue();
  private final TestStore store = new TestStore();
  private final DemoOrigin origin = new DemoOrigin();

  @AfterEach
  void close() {
    origin.close();
    store.close();
    queue.close();
  }

  private Process worker() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "com.qustellar.qsde.examples.cluster.Cluster",
            "worker",
            "--brokers",
            queue.address(),
            "--queue",
            queue.topics().name(),
            "--allow",
            "s3://" + store.bucket() + "/in",
            "--s3-endpoint",
            TestStore.endpoint().toString(),
            "--s3-part-size",
            "5M");
    builder.environment().put("AWS_ACCESS_KEY_ID", "key");
    builder.environment().put("AWS_SECRET_ACCESS_KEY", "secret");
    return builder
        .directory(dir.toFile())
        .redirectErrorStream(true)
        .redirectOutput(Files.createTempFile(dir, "worker", ".log").toFile())
        .start();
  }

  private Job job(DemoFile file, String to) {
    return Job.of(file.name(), origin.serve(file), to).withChecksum(file.sha256());
  }

  @Test
  void anObjectAppearsOnceThoughAWorkerIsKilledInTheMiddle() throws Exception {
    DemoFile large = DemoFile.of("large", 16 * MIB).paced(8 * MIB);
    DemoFile small = DemoFile.of("small", 1000);
    String in = "s3://" + store.bucket() + "/in/";
    queue.submit(
        job(large, in + "large"),
        job(small, in + "small"),
        job(small, "s3://" + store.bucket() + "/out/small"),
        job(small, "in/no/store"));
    Process killed = worker();
    try {
      while (store.uploads().isEmpty()) {
        LockSupport.parkNanos(10_000_000);
      }
    } finally {
      killed.destroyForcibly().waitFor();
    }
    assertThat(store.uploads()).hasSize(1);

    Process second = worker();
    List<JobResult> results;
    try {
      results =
          queue.results(
              all ->
                  all.stream().anyMatch(one -> one.id().equals("large"))
                      && all.stream().filter(one -> one.id().equals("small")).count() >= 3);
    } finally {
      second.destroy();
      assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    assertThat(results)
        .filteredOn(one -> one.target().startsWith(in))
        .allMatch(one -> one.outcome().isWhole());
    assertThat(results)
        .filteredOn(one -> !one.target().startsWith(in))
        .allMatch(one -> one.outcome() == Outcome.REJECTED);
    assertThat(store.head("in/large").orElseThrow().contentLength()).isEqualTo(large.size());
    assertThat(store.head("in/small")).isPresent();
    assertThat(store.head("out/small")).isEmpty();
    assertThat(store.uploads()).isEmpty();
  }
}
