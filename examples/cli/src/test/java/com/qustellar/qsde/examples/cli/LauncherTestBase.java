package com.qustellar.qsde.examples.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a tree of its own, with a java and an mvn that only write down how they are
 * called.
 */
@Timeout(60)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a shell script")
abstract class LauncherTestBase {

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

  record Ran(int exit, List<String> out, List<String> err) {}

  @TempDir Path temp;
  Path root;
  Path jdk;
  Path bin;

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

  Ran run(String... args) throws Exception {
    return run(Stream.concat(Stream.of(launcher()), Stream.of(args)).toList(), temp, Map.of());
  }

  Ran run(List<String> command, Path directory, Map<String, String> environment) throws Exception {
    File out = temp.resolve("out.txt").toFile();
    File err = temp.resolve("err.txt").toFile();
    Process process =
        builder(command, directory, environment).redirectOutput(out).redirectError(err).start();
    int exit = process.waitFor();
    return new Ran(exit, Files.readAllLines(out.toPath()), Files.readAllLines(err.toPath()));
  }

  ProcessBuilder builder(List<String> command, Path directory, Map<String, String> environment) {
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

  String launcher() {
    return root.resolve("qsde").toString();
  }

  Path jar() {
    return root.resolve("examples/cli/target/qsde.jar");
  }

  List<String> builds() throws IOException {
    return Files.readAllLines(root.resolve("mvn.log"), StandardCharsets.UTF_8);
  }

  int trainings() throws IOException {
    return Files.readAllLines(root.resolve("java.log"), StandardCharsets.UTF_8).size();
  }

  /** A path on which there is what a shell script needs, but neither java nor mvn. */
  String tools() throws IOException {
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

  Path jdk(String name, String version) throws IOException {
    Path home = temp.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    script(home.resolve("bin/java"), JAVA);
    script(home.resolve("bin/javac"), "");
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"Ac me\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Path old(Path file) throws IOException {
    return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
  }
}
