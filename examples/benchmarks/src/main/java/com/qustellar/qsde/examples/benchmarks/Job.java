package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.Limits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is to be downloaded: one file, or all files of a folder.
 *
 * @param uri the file, or the folder, with a slash at its end
 * @param target where the file goes, or the folder that the files go into
 * @param files how many files the folder has, 0 where it is one file
 * @param connections over how many connections the file comes, {@link Limits#AUTO} where the client
 *     decides; of a folder, how many files at once
 * @param sha256 what the file must have where the client is to check it
 */
record Job(URI uri, Path target, int files, int connections, @Nullable String sha256) {

  private static final String NO_DIGEST = "-";

  /** Returns this job as one line, the form in which a worker is told of it. */
  String toLine() {
    String digest = sha256 == null ? NO_DIGEST : sha256;
    return files + " " + connections + " " + digest + " " + uri + " " + target;
  }

  static Job parse(String line) {
    String[] words = line.split(" ", 5);
    if (words.length != 5) {
      throw new IllegalArgumentException("not a job: " + line);
    }
    return new Job(
        URI.create(words[3]),
        Path.of(words[4]),
        Integer.parseInt(words[0]),
        Integer.parseInt(words[1]),
        words[2].equals(NO_DIGEST) ? null : words[2]);
  }

  /** Returns the downloads of a folder's files. */
  Stream<Job> each() {
    return IntStream.range(0, files)
        .mapToObj(Job::fileName)
        .map(name -> new Job(uri.resolve(name), target.resolve(name), 0, 1, null));
  }

  /** Returns the name of a folder's file. */
  static String fileName(int index) {
    return "f" + index;
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
