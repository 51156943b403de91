package com.qustellar.qsde.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchmarkTest {

  /** Of JVMs that start fast and compile little: these tests want no numbers. */
  private static final List<String> OPTIONS =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:-BytecodeVerificationRemote");

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aLibraryIsMeasuredWarmAndFreshFromTheEmbeddedOrigin() throws Exception {
    assumeThat(Commands.installed("bash")).isTrue();
    Path json = folder.resolve("samples.json");

    int exit =
        measure(
            "--size=1M --connections=2 --repeat=2 --warmup=1 --cold --origin=embedded --only=jdk"
                + " --json="
                + json);

    assertThat(exit).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("1 MiB over loopback from the embedded origin")
        .contains("runs with " + String.join(" ", OPTIONS) + ".")
        .contains("| " + Library.JDK.title() + ", warm | 1 |")
        .contains("| " + Library.JDK.title() + ", fresh JVM | 1 |");
    assertThat(Files.readAllLines(json)).hasSize(2 * 2 * 2);
  }

  @Test
  void anOptionReachesTheJvmOfALibrary() {
    int exit = run("--size=1M --origin=embedded --only=jdk --jvm-option=-XX:+NoSuchOption");

    assertThat(exit).isEqualTo(CommandLine.ExitCode.SOFTWARE);
    assertThat(err.toString()).contains("NoSuchOption");
  }

  @Test
  void manyFilesAreDownloadedByLibrariesAndCommands() {
    assumeThat(Commands.installed("nginx")).as("nginx is installed").isTrue();

    int exit = measure("--files=20x1KiB --repeat=1 --warmup=1");

    assertThat(exit).as(err.toString()).isZero();
    assertThat(out.toString()).contains("20 files of 1 KiB over loopback from nginx");
    for (Library library : Library.values()) {
      if (library.isItself()) {
        assertThat(out.toString()).contains("| " + library.title() + ", warm | 16 |");
      }
    }
    for (String command : List.of("aria2c", "curl", "wget2")) {
      assertThat(out.toString().contains("| " + command + " | 16 |"))
          .isEqualTo(Commands.installed(command));
    }
  }

  @Test
  void aFileComesOverTls() {
    assumeThat(Commands.installed("nginx")).as("nginx is installed").isTrue();

    int exit =
        measure(
            "--tls --size=1M --connections=1 --sha256=on --repeat=1 --warmup=1 --only=qsde,jdk,curl");

    assertThat(exit).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("1 MiB over loopback from nginx", "TLS")
        .contains("| QSDE, warm | 1 |")
        .contains("| " + Library.JDK.title() + ", warm | 1 |");
    assertThat(out.toString().contains("| curl | 1 |")).isEqualTo(Commands.installed("curl"));
  }

  @Test
  void manyFilesComeOverHttp1AndHttp2SideBySide() {
    assumeThat(Commands.installed("nginx")).as("nginx is installed").isTrue();

    int exit = measure("--http2 --files=20x1KiB --repeat=1 --warmup=1 --only=qsde,webclient,curl");

    assertThat(exit).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("20 files of 1 KiB over loopback from nginx")
        .contains("| QSDE, warm, HTTP/1.1 | 16 |")
        .contains("| QSDE, warm, HTTP/2 | 16 |")
        .contains(Library.WEBCLIENT.title() + ", warm, HTTP/1.1 | 16 |")
        .doesNotContain(Library.WEBCLIENT.title() + ", warm, HTTP/2");
    assertThat(out.toString().contains("| curl, HTTP/2 | 16 |"))
        .isEqualTo(Commands.installed("curl"));
  }

  @Test
  void anOriginThatGivesEachConnectionSoMuchIsToldBesideTheConnectionsSum() {
    int exit =
        measure("--throttle=4M --size=1M --connections=2,auto --repeat=1 --warmup=1 --only=qsde");

    assertThat(exit).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("1 MiB over loopback from the embedded origin (transferTo), 4 MiB/s a connection")
        .contains("| QSDE, warm | 2 |")
        .contains("| QSDE, warm | auto |");
  }

  @Test
  void aSlowConnectionIsComparedWithNone() {
    int exit =
        measure("--slow-one --throttle=8M --size=64K --connections=2 --repeat=1 --only=qsde");

    assertThat(exit).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("a hundredth of that for one of them")
        .contains("| QSDE, warm | 2 |");
  }

  @Test
  void aFileThatAnotherServerHasIsComparedWithItself() throws Exception {
    Path file = Files.write(folder.resolve("file"), new byte[100_000]);
    try (RangeServer origin = RangeServer.start(file, RangeServer.Pace.NONE)) {
      String uri = "http://127.0.0.1:" + origin.port() + "/file";

      int exit = measure("--from=" + uri + " --connections=2 --repeat=1 --only=qsde");

      assertThat(exit).as(err.toString()).isZero();
      assertThat(out.toString())
          .contains("100000 bytes from " + uri)
          .contains("| QSDE, warm | 2 |");
    }
  }

  @Test
  void aQueueIsMeasuredInASmallHeap() {
    int exit = measure("--queued=50");

    assertThat(exit).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("50 downloads of 64 KiB queued in a JVM with -Xmx96m")
        .contains("all have completed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--size=big           | 'big' is no size",
        "--only=wget          | not [wget]",
        "--connections=0      | from 1 up nor auto",
        "--files=16K          | such as 5000x16K",
        "--files=5xbig        | 'big' is no size",
        "--files=1x1 --slow-one | exclude each other",
        "--queued=0           | from 1 up",
        "--at-once=0          | from 1 up",
        "--repeat=0           | from 1 up",
        "--sha256=maybe       | --sha256",
        "--tls --slow-one     | --tls goes with",
        "--tls --origin=embedded | --tls goes with",
        "--http2              | --http2 with --files",
        "--tcnative=x.jar     | --tcnative goes with",
        "--nonsense           | --nonsense",
      })
  void wrongUsageIsToldBeforeAnythingStarts(String argument, String message) {
    assertThat(run(argument)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains(message);
    assertThat(out.toString()).isEmpty();
  }

  private int measure(String arguments) {
    return run(arguments + " --jvm-option=" + String.join(" --jvm-option=", OPTIONS));
  }

  private int run(String arguments) {
    return Benchmark.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.split(" ", -1));
  }
}
