package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher in a tree of its own, with a java and an mvn that only write down how they are
 * called.
 */
@Timeout(60)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a shell script")
class LauncherTest {

  private static final Path LAUNCHER = Path.of("../../qsde");

  /**
   * Writes the tree's jar, as a build would; half of it where it is to fail or to end the launcher.
   */
  private static final String MVN =
      """
      #!/bin/sh
      echo "$@" >>"$ROOT/mvn.log"
      jar=whole
      [ -z "$FAIL$SIGNAL" ] || jar=half
      for module in cli:qsde benchmarks:qsde-benchmarks webflux:qsde-webflux cluster:qsde-cluster; do
        case "$*" in *"${module%%:*}"*)
          target="$ROOT/examples/${module%%:*}/target"
          mkdir -p "$target"
          echo $jar >"$target/${module##*:}.jar" ;;
        esac
      done
      [ -z "$FAIL" ] || { echo 'it does not compile'; exit 1; }
      [ -z "$SIGNAL" ] || kill -s "$SIGNAL" "$LAUNCHER"
      """;

  /** Makes the files that a JVM would when it is asked to, and else tells how it was called. */
  private static final String JAVA =
      """
      #!/bin/sh
      case "$*" in
        *DumpLoadedClassList=*) echo train >>"$ROOT/java.log" ;;
        *Xshare:dump*)
          [ -z "$NO_ARCHIVE" ] || exit 1
          for arg; do case "$arg" in -XX:SharedArchiveFile=*) echo archive >"${arg#*=}" ;; esac; done ;;
        *) for arg; do echo "$arg"; done ;;
      esac
      """;

  private record Ran(int exit, List<String> out, List<String> err) {}

  @TempDir Path temp;
  private Path root;
  private Path jdk;
  private Path bin;

  @BeforeEach
  void growATree() throws IOException {
    root = Files.createDirectory(temp.resolve("a tree"));
    bin = Files.createDirectory(temp.resolve("bin"));
    Files.copy(LAUNCHER, root.resolve("qsde"));
    for (String module :
        List.of(
            "qsde-core",
            "qsde-reactor",
            "examples/demo",
            "examples/cli",
            "examples/benchmarks",
            "examples/webflux",
            "examples/cluster")) {
      old(Files.createDirectories(root.resolve(module).resolve("src/main/java")));
      old(root.resolve(module).resolve("src/main"));
      old(Files.writeString(root.resolve(module).resolve("pom.xml"), ""));
    }
    old(Files.writeString(root.resolve("pom.xml"), ""));
    old(Files.writeString(root.resolve("examples/pom.xml"), ""));
    jdk = jdk("jdk", "17.0.1");
    script(bin.resolve("mvn"), MVN);
  }

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

  private Ran run(String... args) throws Exception {
    return run(Stream.concat(Stream.of(launcher()), Stream.of(args)).toList(), temp, Map.of());
  }

  private Ran run(List<String> command, Path directory, Map<String, String> environment)
      throws Exception {
    File out = temp.resolve("out.txt").toFile();
    File err = temp.resolve("err.txt").toFile();
    Process process =
        builder(command, directory, environment).redirectOutput(out).redirectError(err).start();
    int exit = process.waitFor();
    return new Ran(exit, Files.readAllLines(out.toPath()), Files.readAllLines(err.toPath()));
  }

  private ProcessBuilder builder(
      List<String> command, Path directory, Map<String, String> environment) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    Map<String, String> env = builder.environment();
    env.put("ROOT", root.toString());
    env.put("JAVA_HOME", jdk.toString());
    env.put("PATH", bin + ":" + env.get("PATH"));
    env.remove("QSDE_JAVA_OPTS");
    env.putAll(environment);
    return builder;
  }

  private String launcher() {
    return root.resolve("qsde").toString();
  }

  private Path jar() {
    return root.resolve("examples/cli/target/qsde.jar");
  }

  private List<String> builds() throws IOException {
    return Files.readAllLines(root.resolve("mvn.log"), StandardCharsets.UTF_8);
  }

  private int trainings() throws IOException {
    return Files.readAllLines(root.resolve("java.log"), StandardCharsets.UTF_8).size();
  }

  /** A path on which there is what a shell script needs, but neither java nor mvn. */
  private String tools() throws IOException {
    Path tools = Files.createDirectories(temp.resolve("tools"));
    for (String tool : List.of("bash", "find", "mkdir", "rm", "touch", "mv", "readlink")) {
      for (String path : System.getenv("PATH").split(":", -1)) {
        Path file = Path.of(path, tool);
        if (Files.isExecutable(file) && !Files.exists(tools.resolve(tool))) {
          script(tools.resolve(tool), "#!/bin/sh\nexec " + file + " \"$@\"\n");
        }
      }
    }
    return tools.toString();
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = temp.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    script(home.resolve("bin/java"), JAVA);
    script(home.resolve("bin/javac"), "");
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"Ac me\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Path old(Path file) throws IOException {
    return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
  }
}
