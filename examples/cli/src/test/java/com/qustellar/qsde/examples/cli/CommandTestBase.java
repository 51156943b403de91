package com.qustellar.qsde.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An origin, a screen and a directory: what a test of {@code qsde get} begins with. */
@Timeout(60)
abstract class CommandTestBase {

  /** The digest of {@code hello}. */
  static final String HELLO_SHA256 =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

  @TempDir Path dir;
  final TestOrigin origin = new TestOrigin();
  final TestScreen screen = new TestScreen();

  @AfterEach
  void closeOrigin() {
    origin.close();
  }

  /** Runs {@code qsde get} with the directory as the one to write to. */
  int get(String... args) {
    return get(args, new String[0]);
  }

  int get(String[] args, String... more) {
    return screen.run(
        Stream.of(new String[] {"get", "-d", dir.toString()}, args, more)
            .flatMap(Stream::of)
            .toArray(String[]::new));
  }

  /** Returns the lines that tell of a failure. */
  List<String> errors() {
    return screen.errLines().stream().filter(line -> line.startsWith("qsde: ")).toList();
  }

  /** Returns the names of what is in the directory. */
  List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
