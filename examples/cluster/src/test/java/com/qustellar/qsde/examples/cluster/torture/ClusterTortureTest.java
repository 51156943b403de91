package com.qustellar.qsde.examples.cluster.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers as processes, one of which is killed, one stopped for longer than its locks last, while
 * the broker is restarted, all at moments that a seed decides: once, or 20 times the scale less
 * one.
 */
class ClusterTortureTest {

  private static final int RUNS = Integer.getInteger("qsde.torture.scale", 1);
  private static final long FIRST = Long.getLong("qsde.torture.seed", 1);

  @TempDir Path dir;

  @Test
  void everyTargetIsThereOnce() throws Exception {
    long begun = System.nanoTime();
    List<ClusterRun> runs = new ArrayList<>();
    List<AssertionError> wrong = new ArrayList<>();
    for (long seed = FIRST; seed < FIRST + RUNS; seed++) {
      Path targets = Files.createDirectory(dir.resolve("run-" + seed));
      try (ClusterRun run = new ClusterRun(seed, targets)) {
        run.go();
        run.check();
        runs.add(run);
      } catch (AssertionError e) {
        wrong.add(
            new AssertionError(
                "seed %d (alone: .ci/torture %d): %s".formatted(seed, seed, e.getMessage()), e));
      }
      TestQueue.delete(targets);
    }
    tell(runs, wrong.size(), (System.nanoTime() - begun) / 1e9);
    assertThat(wrong).isEmpty();
  }

  private static void tell(List<ClusterRun> runs, int wrong, double seconds) throws IOException {
    String figures =
        ("ClusterTortureTest: %d runs of %d files in %.1f s: %d files twice told of, %d released, "
                + "%.1f %% of the bytes fetched twice; %d wrong%n")
            .formatted(
                runs.size() + wrong,
                ClusterRun.FILES,
                seconds,
                runs.stream().mapToInt(ClusterRun::alreadyThere).sum(),
                runs.stream().mapToInt(ClusterRun::released).sum(),
                100 * runs.stream().mapToDouble(ClusterRun::fetchedTwice).average().orElse(0),
                wrong);
    Files.writeString(
        Files.createDirectories(Path.of("target", "torture")).resolve("ClusterTortureTest"),
        figures);
  }
}
