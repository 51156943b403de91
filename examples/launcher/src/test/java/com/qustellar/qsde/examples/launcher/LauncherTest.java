package com.qustellar.qsde.examples.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher as a process of its own: what it says without a screen, and its window under Xvfb,
 * driven by a {@link Rehearsal}. Pictures of it are left in {@code target/screenshots}.
 */
@Timeout(120)
class LauncherTest {

  private static final Path PICTURES = Path.of("target", "screenshots");

  @TempDir Path temp;

  @Test
  void wrongUsageIsSaid() throws Exception {
    Ran ran = java("", List.of(Launcher.class.getName()));

    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.output())
        .isEqualToIgnoringNewLines(
            "launcher: usage: java -jar qsde-launcher.jar MANIFEST DIRECTORY");
  }

  @Test
  void aMissingScreenIsSaid() throws Exception {
    String nothing = Files.createFile(temp.resolve("manifest.txt")).toString();

    Ran ran =
        java(
            "",
            List.of(
                "-Djava.awt.headless=true", Launcher.class.getName(), nothing, temp.toString()));

    assertThat(ran.exit()).isEqualTo(2);
    assertThat(ran.output()).startsWith("launcher: there is no screen");
  }

  @Test
  void aManifestThatIsWrongIsSaid() throws Exception {
    assumeScreen();
    String manifest = Files.writeString(temp.resolve("manifest.txt"), "nonsense").toString();
    try (Xvfb screen = Xvfb.start()) {
      Ran ran =
          java(screen.display(), List.of(Launcher.class.getName(), manifest, temp.toString()));

      assertThat(ran.exit()).isEqualTo(2);
      assertThat(ran.output()).contains("line 1: a line is SHA256 BYTES URL [NAME]");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void anUpdateIsPausedResumedRetriedAndDone(int scale) throws Exception {
    rehearse("update", scale);
  }

  @Test
  void anUpdateIsCancelledAndStartedAgain() throws Exception {
    rehearse("cancel", 1);
  }

  private void rehearse(String play, int scale) throws Exception {
    assumeScreen();
    Files.createDirectories(PICTURES);
    try (Xvfb screen = Xvfb.start()) {
      Ran ran =
          java(
              screen.display(),
              List.of(
                  "-Dsun.java2d.uiScale=" + scale,
                  Rehearsal.class.getName(),
                  play,
                  temp.toString(),
                  PICTURES.resolve(play + "-" + scale + "x").toString()));

      assertThat(ran.exit()).as(ran.output()).isZero();
      assertThat(ran.output()).isEmpty();
    }
  }

  private static void assumeScreen() {
    assumeTrue(
        Xvfb.isAvailable(),
        "the launcher's window is not opened: it takes Xvfb and a JRE that is not headless");
  }

  private record Ran(int exit, String output) {}

  private static Ran java(String display, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("DISPLAY", display);
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Ran(process.exitValue(), output);
    } finally {
      process.destroyForcibly();
    }
  }
}
