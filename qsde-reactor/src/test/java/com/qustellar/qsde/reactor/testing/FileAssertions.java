package com.qustellar.qsde.reactor.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Compares files with what they should hold, without either in memory as a whole. */
public final class FileAssertions {

  private FileAssertions() {}

  /**
   * Fails unless the file holds exactly the bytes of {@code expected}, naming the first that
   * differs.
   */
  public static void assertHolds(Path file, Body expected) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new AssertionError(file + " is no regular file");
    }
    if (Files.size(file) != expected.length()) {
      throw new AssertionError(
          file + " has " + Files.size(file) + " bytes instead of " + expected.length());
    }
    assertHoldsRange(file, 0, expected);
  }

  /** Fails unless the bytes of the file from {@code position} on begin with {@code expected}. */
  public static void assertHoldsRange(Path file, long position, Body expected) throws IOException {
    byte[] wanted = new byte[64 * 1024];
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(position);
      for (long at = 0; at < expected.length(); at += wanted.length) {
        int count = (int) Math.min(wanted.length, expected.length() - at);
        expected.read(at, wanted, 0, count);
        byte[] found = in.readNBytes(count);
        int differs = Arrays.mismatch(wanted, 0, count, found, 0, found.length);
        if (differs >= 0) {
          throw new AssertionError(file + " differs at byte " + (position + at + differs));
        }
      }
    }
  }
}
