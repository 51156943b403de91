package com.qustellar.qsde.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads the text files that options name. */
final class TextFiles {

  private TextFiles() {}

  /** Returns a whole file; what is no UTF-8 in it is replaced. */
  static String text(String option, Path file) {
    try {
      String text = new String(Files.readAllBytes(file), UTF_8);
      // Some editors begin a file with a mark.
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (IOException e) {
      throw new UsageException(option + " can't read " + file + ": " + e);
    }
  }

  static List<String> lines(String option, Path file) {
    return text(option, file).lines().toList();
  }
}
