package com.qustellar.qsde.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PeakMemoryTest {

  @Test
  void thePeakIsOneFieldOfMany() {
    assertThat(PeakMemory.parse("VmPeak:\t  900 kB\nVmHWM:\t   12 kB\nVmRSS:\t   8 kB\n"))
        .isEqualTo(12 * 1024);
  }

  @Test
  void aSystemThatDoesNotTellGivesZero() {
    assertThat(PeakMemory.parse("Name:\tjava\n")).isZero();
    assertThat(PeakMemory.ofTree(Long.MAX_VALUE)).isZero();
  }

  @Test
  void thisProcessHasAPeakThatCanBeginAnew() throws Exception {
    assumeThat(Files.exists(Path.of("/proc/self/clear_refs"))).isTrue();

    PeakMemory.reset();

    assertThat(PeakMemory.ofSelf()).isPositive();
    assertThat(PeakMemory.ofTree(ProcessHandle.current().pid())).isPositive();
  }
}
