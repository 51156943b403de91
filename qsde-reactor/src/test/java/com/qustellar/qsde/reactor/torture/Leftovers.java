package com.qustellar.qsde.reactor.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a download has left in its directory, which holds nothing else. */
final class Leftovers {

  private static final String PART = ".qsde-part";
  private static final String JOURNAL = ".qsde-journal";

  private Leftovers() {}

  /** Fails unless nothing is left but the target. */
  static void assertOnly(Path target) throws IOException {
    assertThat(names(target.getParent())).containsExactly(target.getFileName().toString());
  }

  /** Returns whether nothing is left. */
  static boolean none(Path target) {
    String[] names = target.getParent().toFile().list();
    return names != null && names.length == 0;
  }

  /** Fails unless nothing is left, or what can be gone on with: a part file with its journal. */
  static void assertNoneOrResumable(Path target) throws IOException {
    List<String> names = names(target.getParent());
    String name = target.getFileName().toString();
    if (!names.isEmpty()) {
      assertThat(names).containsExactlyInAnyOrder(name + PART, name + JOURNAL);
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  /** Deletes the directory with all that it holds. */
  static void delete(Path directory) throws IOException {
    for (String name : names(directory)) {
      Files.delete(directory.resolve(name));
    }
    Files.delete(directory);
  }
}
