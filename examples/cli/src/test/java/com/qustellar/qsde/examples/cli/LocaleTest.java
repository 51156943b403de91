package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a JVM does in a locale that knows ASCII only, where no launcher has chosen another. */
@Timeout(60)
@EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere names of files have no locale")
class LocaleTest {

  @TempDir Path dir;

  @Test
  void aNameThatTheLocaleLacksIsRefusedInWords() throws Exception {
    try (TestOrigin origin = new TestOrigin()) {
      ProcessBuilder command =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:TieredStopAtLevel=1",
              Qsde.class.getName(),
              "get",
              "-q",
              "-d",
              dir.toString(),
              origin.url("/b%C3%A4r.bin"));
      command.environment().put("CLASSPATH", System.getProperty("java.class.path"));
      command.environment().put("LC_ALL", "C");
      Process process = command.redirectErrorStream(true).start();

      List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();

      assertThat(process.waitFor()).isEqualTo(1);
      assertThat(lines)
          .containsExactly(
              "qsde: "
                  + dir.resolve("b_r.bin")
                  + " has a name with letters that this locale lacks: choose another name, or a"
                  + " locale in UTF-8");
    }
  }
}
