package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where files go, and what they must be. */
final class TargetOptions {

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The file to write, one URL only. By default its name comes from the server.")
  @Nullable Path output;

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "DIR",
      defaultValue = "",
      description = "The directory to write to; here by default.")
  Path dir = Path.of("");

  @Option(
      names = "--checksum",
      paramLabel = "ALG:HEX",
      converter = Checksums.class,
      description =
          "The digest that the file must have: md5, sha1, sha256 or sha512. One URL only.")
  @Nullable Checksum checksum;

  @Option(
      names = "--max-bytes",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description = "The most bytes that a file may have.")
  @Nullable Long maxBytes;

  @Option(names = "--overwrite", description = "Replace a file that exists.")
  boolean overwrite;

  @Option(
      names = "--no-resume",
      description =
          "Neither go on with what an earlier run has left, nor leave something for the next.")
  boolean noResume;

  @Option(
      names = "--fsync",
      negatable = true,
      description = "Force files to the disk before they get their names, or never.")
  @Nullable Boolean fsync;

  /** Throws what cannot work as a usage error. */
  void check(int requests) {
    if (output != null && output.toString().equals("-")) {
      throw new UsageException("--output - would be stdout, which is not supported: name a file");
    }
    if (requests > 1 && output != null) {
      throw new UsageException(
          "--output names one file, and there are " + requests + " URLs: use --dir");
    }
    if (requests > 1 && checksum != null) {
      throw new UsageException(
          "--checksum is that of one file, and there are "
              + requests
              + " URLs: get them one by one");
    }
  }

  /** Returns where what has no other name goes: a file, or a directory that exists. */
  Path in(Path into) {
    if (output != null) {
      return into.resolve(output);
    }
    // A directory that is not there must not become a file: the engine says that it is missing.
    return Files.isDirectory(into) ? into : into.resolve("download");
  }

  /** Adds what the options say; what they don't say stays as it is. */
  DownloadRequest apply(DownloadRequest bare) {
    DownloadRequest request = bare;
    if (overwrite) {
      request = request.withOverwrite(true);
    }
    if (noResume) {
      request = request.withResume(false);
    }
    if (checksum != null) {
      request = request.withChecksum(checksum);
    }
    if (maxBytes != null) {
      request = request.withMaxBytes(maxBytes);
    }
    return fsync == null ? request : request.withFsync(fsync);
  }
}
