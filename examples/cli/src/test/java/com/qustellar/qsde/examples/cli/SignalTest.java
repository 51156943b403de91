package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "no signals there")
class SignalTest {

  @ParameterizedTest
  @CsvSource({"HUP, 1, 129", "INT, 2, 130", "TERM, 15, 143"})
  void aSignalCancelsCleansUpAndIsTheExitCode(
      String signal, int number, int exit, @TempDir Path dir) throws Exception {
    assumeFalse(isIgnored(number), "this JVM ignores the signal, so its children do");
    try (DemoOrigin origin = new DemoOrigin()) {
      String url = origin.serve(DemoFile.of("slow.bin", 10_000_000).paced(100_000)).toString();
      Process process = start("get", "-d", dir.toString(), "--json", url);
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        String progress = out.readLine();
        while (progress.contains("\"received\":0,")) {
          progress = out.readLine();
        }
        assertThat(progress).startsWith("{\"event\":\"progress\"");

        assertThat(new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor())
            .isZero();

        List<String> rest = out.lines().filter(line -> !line.contains("\"progress\"")).toList();
        assertThat(rest).hasSize(2);
        assertThat(rest.get(0))
            .contains(
                "\"event\":\"failed\"", "\"error\":\"Cancelled\"", "the same command goes on");
        assertThat(rest.get(1)).contains("\"event\":\"summary\"", "\"failed\":1");
      }
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(exit);
    }
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("slow.bin.qsde-part", "slow.bin.qsde-journal");
    }
  }

  /** Starts the command in a process of its own. */
  static Process start(String... args) throws IOException {
    Stream<String> java =
        Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:-BytecodeVerificationRemote",
            "-cp",
            System.getProperty("java.class.path"),
            Qsde.class.getName());
    return new ProcessBuilder(Stream.concat(java, Stream.of(args)).toList())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** A shell that starts a build in the background lets it ignore SIGINT. */
  private static boolean isIgnored(int signal) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .anyMatch(mask -> (mask >>> (signal - 1) & 1) == 1);
  }
}
