package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which JVM the launcher starts, and how. */
class LauncherJvmTest extends LauncherTestBase {

  @Test
  void anotherJavaMakesItsOwnArchive() throws Exception {
    run();
    String other = jdk("jdk 25", "25.0.2").toString();

    Ran ran = run(List.of(launcher()), temp, Map.of("JAVA_HOME", other));

    assertThat(ran.err()).containsExactly("Preparing qsde for Java 25.0.2 (once)…");
    assertThat(ran.out())
        .contains(
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:SharedArchiveFile=" + root + "/examples/cli/target/qsde-25.0.2-Acme.jsa");
    assertThat(run().err()).isEmpty();
    assertThat(builds()).hasSize(1);
  }

  @Test
  void aJavaWithoutArchivesIsAskedOnce() throws Exception {
    for (int i = 0; i < 2; i++) {
      Ran ran = run(List.of(launcher(), "get"), temp, Map.of("NO_ARCHIVE", "1"));
      assertThat(ran.exit()).isZero();
      assertThat(ran.out()).endsWith("get").noneMatch(arg -> arg.contains("SharedArchiveFile"));
    }
    assertThat(trainings()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"LANG, C, C.UTF-8", "LC_ALL, xx_XX.UTF-8, C.UTF-8", "LC_ALL, C.UTF-8, C.UTF-8"})
  void aLocaleThatIsNotThereIsNotLeftToJava(String variable, String locale, String taken)
      throws Exception {
    run();
    script(jdk.resolve("bin/java"), "#!/bin/sh\necho \"$LC_ALL\"\n");

    Map<String, String> environment =
        new HashMap<>(Map.of("LC_ALL", "", "LC_CTYPE", "", "LANG", ""));
    environment.put(variable, locale);

    assertThat(run(List.of(launcher()), temp, environment).out()).containsExactly(taken);
  }

  @Test
  void theHomeIsThatOfTheEnvironment() throws Exception {
    run();

    assertThat(run(List.of(launcher()), temp, Map.of("HOME", "/a home")).out())
        .contains("-Duser.home=/a home");
  }

  @Test
  void javaIsFoundOnThePathAsWell() throws Exception {
    Files.createSymbolicLink(bin.resolve("java"), Path.of("../jdk/bin/java"));

    Ran ran = run(List.of(launcher()), temp, Map.of("JAVA_HOME", ""));

    assertThat(ran.exit()).isZero();
    assertThat(ran.out())
        .contains("-XX:SharedArchiveFile=" + root + "/examples/cli/target/qsde-17.0.1-Acme.jsa");
  }

  @Test
  void moreOptionsForTheJvmComeLast() throws Exception {
    Ran ran = run(List.of(launcher()), temp, Map.of("QSDE_JAVA_OPTS", "-Xmx48m -Da=b"));

    assertThat(ran.out())
        .containsSubsequence("-Xmx512m", "-Xmx48m", "-Da=b", "-jar")
        .noneMatch(arg -> arg.contains("qsde.terminal"));
  }

  /** C1 has no intrinsics for them: a GiB over TLS would take three times as long. */
  @Test
  void digestsAndCiphersAreCompiledByC2AtOnce() throws Exception {
    Path classes =
        Path.of(DigestAndDecrypt.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    run().out().stream()
        .filter(arg -> arg.startsWith("-XX:") && !arg.contains("Archive"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-XX:+PrintCompilation", "-cp", classes.toString(), DigestAndDecrypt.class.getName()));

    Ran ran = run(command, temp, Map.of());

    assertThat(ran.exit()).isZero();
    assertThat(ran.out()).anyMatch(line -> line.matches(byC2("com.sun.crypto.provider.GHASH::.*")));
    assertThat(ran.out())
        .anyMatch(line -> line.matches(byC2("sun.security.provider.DigestBase::engineUpdate.*")));
    assertThat(ran.out())
        .as("what is said of a command")
        .noneMatch(line -> line.contains("CompileCommand"));
  }

  /** Its time and number, flags, tier and name. */
  private static String byC2(String method) {
    return " *\\d+ +\\d+[ %sbn!]* 4 +" + method;
  }
}
