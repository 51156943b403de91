package com.qustellar.qsde.examples.benchmarks;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is known of other programs: where they are, which version, what they said last. */
final class Commands {

  private static final int TAIL_LINES = 40;

  private Commands() {}

  /**
   * Returns the command line that runs a main class of this program in a JVM with default options.
   */
  static List<String> java(Class<?> main, String... arguments) {
    return java(List.of(), main, arguments);
  }

  /** Returns the same for a JVM with options. */
  static List<String> java(List<String> options, Class<?> main, String... arguments) {
    return java(options, "", main, arguments);
  }

  /**
   * Returns the same for a JVM with options.
   *
   * @param more what else is on its class path, empty for nothing
   */
  static List<String> java(List<String> options, String more, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    String own = System.getProperty("java.class.path");
    command.add(more.isEmpty() ? own : own + File.pathSeparator + more);
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * Returns where a command lies: on the path, or where servers are and users' paths do not lead.
   */
  static Optional<Path> find(String command) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.concat(
            Arrays.stream(path.split(Pattern.quote(File.pathSeparator), -1)),
            Stream.of("/usr/local/sbin", "/usr/sbin"))
        .filter(folder -> !folder.isBlank())
        .map(folder -> Path.of(folder, command))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static boolean installed(String command) {
    return find(command).isPresent();
  }

  /** Returns the {@code qsde} launcher of the tree that this program was built in, else null. */
  static @Nullable Path launcher() throws IOException {
    Path program;
    try {
      program = Path.of(Commands.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    for (Path folder = program; folder != null; folder = folder.getParent()) {
      Path launcher = folder.resolve("qsde");
      if (Files.isRegularFile(launcher) && Files.isExecutable(launcher)) {
        return launcher;
      }
    }
    return null;
  }

  /** Returns the first number with a dot that a command's version message holds. */
  static String version(String command, String option) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command, option).redirectErrorStream(true).start();
    String message = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return Pattern.compile("\\d+(\\.\\d+)+")
        .matcher(message)
        .results()
        .map(match -> match.group())
        .findFirst()
        .orElse("of unknown version");
  }

  /** Returns the end of what a program said, as far as it fits into a message. */
  static String tail(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    List<String> last = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
    return last.isEmpty() ? "(it said nothing)" : String.join("\n", last);
  }
}
