package com.qustellar.qsde.examples.cluster.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.cluster.demo.WorkerProcess;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Workers that are limited to a speed: two bring twice as much as one, three three times. */
@EnabledIfSystemProperty(
    named = "qsde.torture.scale",
    matches = "[2-9]|\\d{2,}",
    disabledReason = "takes two minutes of a machine that does nothing else")
class ClusterScalingTest {

  private static final int EACH = 400;
  private static final int SIZE = 1 << 20;

  @TempDir Path dir;

  @Test
  void threeWorkersBringThreeTimesAsMuch() throws Exception {
    double one = mibPerSecond(1);
    double two = mibPerSecond(2);
    double three = mibPerSecond(3);
    String figures =
        ("ClusterScalingTest: of 20 MiB/s each one worker brings %.1f, two %.1f (%.2f times), "
                + "three %.1f (%.2f times)%n")
            .formatted(one, two, two / one, three, three / one);
    Files.writeString(
        Files.createDirectories(Path.of("target", "torture")).resolve("ClusterScalingTest"),
        figures);
    assertThat(two / one).as(figures).isGreaterThanOrEqualTo(1.9);
    assertThat(three / one).as(figures).isGreaterThanOrEqualTo(2.8);
  }

  private double mibPerSecond(int count) throws IOException {
    Path targets = Files.createDirectory(dir.resolve("with-" + count));
    List<WorkerProcess> workers = new ArrayList<>();
    try (DemoOrigin origin = new DemoOrigin();
        TestQueue queue = new TestQueue()) {
      for (int i = 0; i < count; i++) {
        workers.add(
            WorkerProcess.start(
                "worker-" + i,
                List.of(
                    "--brokers", queue.address(),
                    "--queue", queue.topics().name(),
                    "--dir", targets.toString(),
                    "--limit-rate", String.valueOf(20 << 20))));
      }
      // Each is at work, and warm, before it counts.
      submit(queue, origin, "warm", 60 * count);
      finished(queue, 60 * count);
      submit(queue, origin, "file", EACH * count);
      long begun = System.nanoTime();
      finished(queue, (60 + EACH) * count);
      return EACH * count * 1e9 / (System.nanoTime() - begun);
    } finally {
      workers.forEach(WorkerProcess::close);
      TestQueue.delete(targets);
    }
  }

  private static void submit(TestQueue queue, DemoOrigin origin, String name, int count) {
    Job[] jobs = new Job[count];
    for (int i = 0; i < count; i++) {
      DemoFile file = DemoFile.of(name + "-" + i, SIZE);
      jobs[i] = Job.of(file.name(), origin.serve(file), file.name());
    }
    queue.submit(jobs);
  }

  private static void finished(TestQueue queue, int count) {
    queue.results(
        all -> all.stream().filter(ClusterScalingTest::isWhole).count() >= count,
        Duration.ofMinutes(2));
  }

  private static boolean isWhole(JobResult result) {
    return result.outcome().isWhole();
  }
}
