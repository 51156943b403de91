package com.qustellar.qsde.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.qustellar.qsde.examples.benchmarks.Entrant.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreshProcessTest {

  @TempDir private Path folder;

  @BeforeEach
  void needsTheShell() {
    assumeThat(Commands.installed("bash")).isTrue();
  }

  @Test
  void userAndSystemTimeAreTheCpuTime() {
    assertThat(FreshProcess.parse("1.500 0.250 0.125", 7)).isEqualTo(new Sample(1.5, 0.375, 7));
  }

  @Test
  void theTimeOfAProcessBelowTheProcessCounts() throws Exception {
    Sample sample = run("bash -c 'for ((i = 0; i < 100000; i++)); do :; done'; true");

    assertThat(sample.cpuSeconds()).isGreaterThan(0.02);
  }

  @Test
  void whatTheProcessSaysDoesNotHideItsTimes() throws Exception {
    assertThat(run("echo out; echo err >&2").wallSeconds()).isNotNegative();
  }

  @Test
  void aFailureIsToldInTheProcessesOwnWords() {
    assertThatThrownBy(() -> run("echo 'no such host' >&2; exit 6"))
        .isInstanceOf(IOException.class)
        .hasMessage("x ended with 6: no such host");
  }

  @Test
  void aPeakIsSeenWhereTheSystemTellsIt() throws Exception {
    assumeThat(Files.exists(Path.of("/proc/self/status"))).isTrue();

    // Not over before anybody has looked at it.
    assertThat(run("sleep 1").peakBytes()).isPositive();
  }

  private Sample run(String script) throws IOException, InterruptedException {
    FreshProcess process =
        new FreshProcess(
            "x",
            Kind.COMMAND,
            1,
            true,
            folder.resolve("log"),
            job -> List.of("bash", "-c", script));
    return process.download(
        new Job(URI.create("http://127.0.0.1:1/"), folder.resolve("target"), 0, 1, null));
  }
}
