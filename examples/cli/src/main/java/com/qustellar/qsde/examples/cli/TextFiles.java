package com.qustellar.qsde.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
      throw new UsageException(option + " can't read " + file + ": " + why(e));
    }
  }

  /** Returns why a file can't be read or written, in words that need no Java. */
  static String why(@Nullable Throwable failure) {
    if (failure instanceof NoSuchFileException) {
      return "there is no such file or directory";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    String words =
        failure instanceof FileSystemException file && file.getReason() != null
            ? file.getReason()
            : failure == null ? null : failure.getMessage();
    return words == null ? String.valueOf(failure) : words;
  }

  static List<String> lines(String option, Path file) {
    return text(option, file).lines().toList();
  }
}
