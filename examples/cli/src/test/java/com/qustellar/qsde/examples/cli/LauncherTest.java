package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the launcher builds, and what. */
class LauncherTest extends LauncherTestBase {

  @Test
  void theFirstRunBuildsAndTheNextDoesNot() throws Exception {
    Ran first = run("get", "a b", "*");

    assertThat(first.exit()).isZero();
    assertThat(first.err()).containsExactly("Building qsde (first run, about a minute)…");
    assertThat(first.out())
        .endsWith("-jar", root + "/examples/cli/target/qsde.jar", "get", "a b", "*");
    assertThat(first.out())
        .contains(
            "-XX:+UseSerialGC",
            "-XX:SharedArchiveFile=" + root + "/examples/cli/target/qsde-17.0.1-Acme.jsa",
            "-Djava.library.path=" + root + "/examples/cli/target/native")
        .noneMatch(arg -> arg.contains("TieredStopAtLevel") || arg.contains("unsafe"));

    Ran second = run("--version");

    assertThat(second.err()).isEmpty();
    assertThat(second.out()).endsWith("--version");
    assertThat(builds()).hasSize(1);
    assertThat(trainings()).isEqualTo(1);
  }

  @Test
  void aNewerSourceIsBuiltAndTheArchiveIsMadeAnew() throws Exception {
    run();
    Path source = root.resolve("qsde-core/src/main/java/New.java");
    Files.setLastModifiedTime(
        Files.writeString(source, ""), FileTime.from(Instant.now().plusSeconds(1)));

    Path running = Files.createLink(temp.resolve("running"), jar());
    Files.writeString(running, "old");

    assertThat(run().err()).containsExactly("Building qsde (a source has changed)…");
    assertThat(trainings()).isEqualTo(2);
    assertThat(jar()).hasContent("whole");
    assertThat(running).as("what a process may have open").hasContent("old");
  }

  @Test
  void aNewerTestIsNoReasonToBuild() throws Exception {
    run();
    Path test =
        Files.createDirectories(root.resolve("qsde-core/src/test/java")).resolve("Test.java");
    Files.setLastModifiedTime(
        Files.writeString(test, ""), FileTime.from(Instant.now().plusSeconds(1)));

    assertThat(run().err()).isEmpty();
  }

  @Test
  void itRunsFromAnywhereAndThroughLinks() throws Exception {
    Files.createSymbolicLink(temp.resolve("link"), Path.of("a tree/qsde"));
    Files.createSymbolicLink(bin.resolve("qsde"), Path.of("../link"));

    Ran ran = run(List.of(bin.resolve("qsde").toString()), bin, Map.of());

    assertThat(ran.exit()).isZero();
    assertThat(ran.out()).contains(root + "/examples/cli/target/qsde.jar");
    assertThat(run(List.of("bash", "qsde"), root, Map.of()).exit()).isZero();
  }

  @Test
  void stdinThatIsClosedIsNoOtherFilesNumber() throws Exception {
    run();
    script(
        jdk.resolve("bin/java"),
        "#!/usr/bin/env bash\n[[ -e /dev/fd/0 ]] && ! read -r line && echo nothing\n");

    Ran ran = run(List.of("sh", "-c", "exec \"$0\" get -i - <&-", launcher()), temp, Map.of());

    assertThat(ran.out()).containsExactly("nothing");
  }

  @Test
  void aBuildThatFailsShowsWhy() throws Exception {
    Ran ran = run(List.of(launcher()), temp, Map.of("FAIL", "1"));

    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err())
        .containsExactly(
            "Building qsde (first run, about a minute)…",
            "it does not compile",
            "qsde: qsde could not be built, Maven's output above says why");
    assertThat(jar()).doesNotExist();
    assertItIsBuiltAfterAll();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "KILL"})
  void aBuildThatIsBrokenOffIsBegunAnew(String signal) throws Exception {
    List<String> command = List.of("sh", "-c", "LAUNCHER=$$ exec \"$0\"", launcher());

    Ran ran = run(command, temp, Map.of("SIGNAL", signal));

    assertThat(ran.exit()).isGreaterThan(128);
    assertItIsBuiltAfterAll();
  }

  private void assertItIsBuiltAfterAll() throws Exception {
    assertThat(run().err()).containsExactly("Building qsde (the last build did not get there)…");
    assertThat(jar()).hasContent("whole");
    assertThat(run().err()).isEmpty();
    assertThat(builds()).hasSize(2);
  }

  @Test
  void launchersThatStartAtOnceBuildOnce() throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(path -> Files.isExecutable(Path.of(path, "flock"))),
        "without flock nobody waits");
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      processes.add(builder(List.of(launcher()), temp, Map.of()).start());
    }
    for (Process process : processes) {
      assertThat(process.waitFor()).isZero();
    }
    assertThat(builds()).hasSize(1);
    assertThat(trainings()).isEqualTo(1);
    try (Stream<Path> files = Files.list(root.resolve("examples/cli/target"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("qsde.jar", "qsde-17.0.1-Acme.jsa");
    }
  }

  @Test
  void whatIsMissingIsSaidInClearWords() throws Exception {
    String old = jdk("jdk 11", "11.0.2").toString();
    assertThat(run(List.of(launcher()), temp, Map.of("JAVA_HOME", old)).err())
        .containsExactly(
            "qsde: "
                + old
                + "/bin/java is Java 11.0.2, qsde needs 17 or newer: install one, or set JAVA_HOME");
    assertThat(run(List.of(launcher()), temp, Map.of("JAVA_HOME", temp + "/no")).err())
        .containsExactly(
            "qsde: JAVA_HOME is "
                + temp
                + "/no, where no bin/java is: set it to a JDK, 17 or newer");

    Files.delete(bin.resolve("mvn"));
    Ran withoutMaven = run(List.of(launcher()), temp, Map.of("PATH", bin + ":" + tools()));
    assertThat(withoutMaven.exit()).isEqualTo(1);
    assertThat(withoutMaven.err())
        .containsExactly(
            "qsde: no Maven was found to build qsde with: install it, or put mvn on the PATH");
    assertThat(run(List.of(launcher()), temp, Map.of("JAVA_HOME", "", "PATH", tools())).err())
        .containsExactly("qsde: no Java was found: install a JDK, 17 or newer, or set JAVA_HOME");
  }

  @Test
  void benchmarksAreBuiltOnDemand() throws Exception {
    Ran ran = run("bench", "--size", "1");

    assertThat(ran.err()).containsExactly("Building the benchmarks (first run, about a minute)…");
    assertThat(ran.out())
        .containsExactly(
            "-jar", root + "/examples/benchmarks/target/qsde-benchmarks.jar", "--size", "1");
    assertThat(run("bench").err()).isEmpty();
    assertThat(builds()).hasSize(1).first().asString().contains("-pl examples/benchmarks -am");
  }

  @Test
  void theServiceIsBuiltOnDemandAndNothingElse() throws Exception {
    Ran ran = run("serve", "--server.port=0");

    assertThat(ran.err()).containsExactly("Building the service (first run, about a minute)…");
    assertThat(ran.out())
        .endsWith("-jar", root + "/examples/webflux/target/qsde-webflux.jar", "--server.port=0");
    assertThat(run("serve").err()).isEmpty();
    assertThat(builds()).hasSize(1).first().asString().contains("-pl examples/webflux -am");
    assertThat(root.resolve("examples/cli/target")).doesNotExist();
  }

  @Test
  void theClusterIsBuiltOnDemandForItsDemoAsWell() throws Exception {
    Ran ran = run("demo", "--cluster");

    assertThat(ran.err()).containsExactly("Building the cluster (first run, about a minute)…");
    assertThat(ran.out())
        .endsWith("-jar", root + "/examples/cluster/target/qsde-cluster.jar", "demo");
    assertThat(run("cluster", "worker", "-d", "a b").out())
        .endsWith(root + "/examples/cluster/target/qsde-cluster.jar", "worker", "-d", "a b");
    assertThat(builds()).hasSize(1).first().asString().contains("-pl examples/cluster -am");
  }
}
