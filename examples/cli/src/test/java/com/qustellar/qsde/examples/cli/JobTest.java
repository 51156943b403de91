package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as a job of a shell, on a terminal that {@code script} makes. */
@Timeout(60)
@EnabledOnOs(value = OS.LINUX, disabledReason = "its script and /proc")
class JobTest {

  private static final String HIDDEN = "\u001b[?25l";
  private static final String SHOWN = "\u001b[?25h";

  @TempDir Path dir;
  private String terminal = "xterm-256color";

  @BeforeEach
  void needsScript() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "util-linux has script");
  }

  @Test
  void inTheBackgroundItGoesOnAndLeavesTheTerminalAlone() throws Exception {
    try (DemoOrigin origin = new DemoOrigin();
        Shell shell = shell(origin.serve(DemoFile.of("a.bin", 200_000).paced(200_000)), "& wait")) {
      assertThat(shell.until("1 completed, 0 failed"))
          .contains("a.bin: 195.3 KiB in ")
          .doesNotContain(HIDDEN);
    }
  }

  @Test
  void stoppedByCtrlZItGivesTheTerminalBackAndTakesItAgain() throws Exception {
    try (DemoOrigin origin = new DemoOrigin();
        Shell shell =
            shell(
                origin.serve(DemoFile.of("a.bin", 1_000_000).paced(200_000)),
                "; echo it is stopped; fg")) {
      shell.until(HIDDEN);
      shell.press('Z' - '@');
      assertThat(shell.until("it is stopped")).contains(SHOWN);
      assertThat(shell.until("1 completed, 0 failed")).contains(HIDDEN, SHOWN);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-such-terminal", ""})
  void onATerminalThatThisMachineDoesNotKnowItDrawsAndSaysNothingOfThat(String type)
      throws Exception {
    terminal = type;
    try (DemoOrigin origin = new DemoOrigin();
        Shell shell = shell(origin.serve(DemoFile.of("a.bin", 200_000).paced(200_000)), "")) {
      assertThat(shell.until("1 completed, 0 failed"))
          .contains("0 of 1 file", "\u001b[J")
          .doesNotContain("WARNING", "Exception");
    }
  }

  /** Starts a shell with job control that runs the command, and something behind it. */
  private Shell shell(Object url, String behind) throws IOException {
    Path commands =
        Files.writeString(
            dir.resolve("commands"),
            "set -m\n"
                + "'"
                + Path.of(System.getProperty("java.home"), "bin", "java")
                + "' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dqsde.terminal=true "
                + Qsde.class.getName()
                + " get -d '"
                + dir
                + "' '"
                + url
                + "' "
                + behind
                + "\n");
    ProcessBuilder script =
        new ProcessBuilder("script", "-qec", "bash '" + commands + "'", "/dev/null")
            .redirectErrorStream(true);
    script.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    script.environment().put("TERM", terminal);
    return new Shell(script.start());
  }

  /** What a terminal shows, and its keys. */
  private record Shell(Process process) implements AutoCloseable {

    /** Returns what comes up to some words, and those. */
    String until(String words) throws IOException {
      StringBuilder shown = new StringBuilder();
      InputStream in = process.getInputStream();
      while (!shown.toString().endsWith(words)) {
        int c = in.read();
        assertThat(c).as("what comes after %s", shown).isNotNegative();
        shown.append((char) c);
      }
      return shown.toString();
    }

    void press(int key) throws IOException {
      process.outputWriter(StandardCharsets.US_ASCII).append((char) key).flush();
    }

    @Override
    public void close() throws IOException {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
