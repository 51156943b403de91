package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One download to be done: from where, to where, over how many connections, and the SHA-256 it must
 * have where the client is to check it.
 */
record Job(URI uri, Path target, int connections, @Nullable String sha256) {

  private static final String NO_DIGEST = "-";

  /** Returns this job as one line, the form in which a worker is told of it. */
  String toLine() {
    return connections + " " + (sha256 == null ? NO_DIGEST : sha256) + " " + uri + " " + target;
  }

  static Job parse(String line) {
    String[] words = line.split(" ", 4);
    if (words.length != 4) {
      throw new IllegalArgumentException("not a job: " + line);
    }
    return new Job(
        URI.create(words[2]),
        Path.of(words[3]),
        Integer.parseInt(words[0]),
        words[1].equals(NO_DIGEST) ? null : words[1]);
  }

  /** Fails where {@code digest} is not the SHA-256 that this job expects. */
  void verify(byte[] digest) throws IOException {
    String actual = HexFormat.of().formatHex(digest);
    if (!actual.equals(sha256)) {
      throw new IOException("SHA-256 is " + actual + ", expected " + sha256);
    }
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
