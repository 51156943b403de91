package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * What everybody downloads: one file, or all files of a folder.
 *
 * @param way in which way it is served, where there are several to be compared; else empty
 * @param uri where it is, a folder with a slash at its end
 * @param files how many files the folder has, 0 where it is one file
 * @param bytes how many bytes all of it has
 * @param sha256 that of the bytes, one file after the other
 */
record Payload(String way, URI uri, int files, long bytes, String sha256) {

  private static final int BUFFER_BYTES = 1 << 20;

  /** Returns one file, which is served in one way. */
  static Payload file(URI uri, long bytes, String sha256) {
    return new Payload("", uri, 0, bytes, sha256);
  }

  /** Reads a file that somebody else serves, to know what everybody must get. */
  static Payload elsewhere(URI uri) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofInputStream());
    try (InputStream in = response.body()) {
      if (response.statusCode() != 200) {
        throw new IOException(uri + " answers " + response.statusCode());
      }
      MessageDigest digest = Job.newSha256();
      long bytes = digest(in, digest);
      return file(uri, bytes, HexFormat.of().formatHex(digest.digest()));
    }
  }

  /** Returns the same, where it is served in another way. */
  Payload served(String otherWay, URI elsewhere) {
    return new Payload(otherWay, elsewhere, files, bytes, sha256);
  }

  /** Returns the download of all of it. */
  Job job(Workspace workspace, int connections, boolean checked) {
    Path target = files == 0 ? workspace.target() : workspace.targetFolder();
    return new Job(uri, target, files, connections, checked ? sha256 : null);
  }

  /** Fails where a download has not left as many files and bytes. */
  void checkLength(Job job) throws IOException {
    long length = 0;
    for (Path file : downloaded(job)) {
      length += Files.size(file);
    }
    if (length != bytes) {
      throw new IOException("left " + length + " bytes instead of " + bytes);
    }
  }

  /** Fails where a download has left other bytes. */
  void checkContent(Job job) throws IOException {
    MessageDigest digest = Job.newSha256();
    for (Path file : downloaded(job)) {
      try (InputStream in = Files.newInputStream(file)) {
        digest(in, digest);
      }
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(sha256)) {
      throw new IOException("left other content");
    }
  }

  private static List<Path> downloaded(Job job) {
    return job.files() == 0 ? List.of(job.target()) : job.each().map(Job::target).toList();
  }

  private static long digest(InputStream in, MessageDigest digest) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long bytes = 0;
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      digest.update(buffer, 0, read);
      bytes += read;
    }
    return bytes;
  }
}
