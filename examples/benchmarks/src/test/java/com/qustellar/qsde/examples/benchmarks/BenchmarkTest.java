package com.qustellar.qsde.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchmarkTest {

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aLibraryIsMeasuredWarmAndFreshFromTheEmbeddedOrigin() throws Exception {
    assumeThat(Commands.installed("bash")).isTrue();
    Path json = folder.resolve("samples.json");

    int exit =
        run(
            "--size=1M --connections=2 --repeat=2 --warmup=1 --cold --origin=embedded --only=jdk"
                + " --json="
                + json);

    assertThat(exit).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("1 MiB over loopback from the embedded origin")
        .contains("| " + Library.JDK.title() + ", warm | 1 |")
        .contains("| " + Library.JDK.title() + ", fresh JVM | 1 |");
    assertThat(Files.readAllLines(json)).hasSize(2 * 2 * 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--size=big           | 'big' is no size",
        "--only=wget          | not [wget]",
        "--connections=0      | from 1 up",
        "--repeat=0           | from 1 up",
        "--sha256=maybe       | --sha256",
        "--nonsense           | --nonsense",
      })
  void wrongUsageIsToldBeforeAnythingStarts(String argument, String message) {
    assertThat(run(argument)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains(message);
    assertThat(out.toString()).isEmpty();
  }

  private int run(String arguments) {
    return Benchmark.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.split(" ", -1));
  }
}
