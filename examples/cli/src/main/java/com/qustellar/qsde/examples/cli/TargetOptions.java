package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.internal.files.ChecksumFile;
import com.qustellar.qsde.internal.http.FileNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where files go, and what they must be. */
final class TargetOptions {

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = {
        "The file to write, one URL only; - is stdout. By default its name comes from the server."
      })
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
      names = "--checksum-file",
      paramLabel = "FILE",
      description = {
        "A list of digests, as sha256sum and its like write it; each file must have the one that",
        "stands there for its name."
      })
  @Nullable Path checksumFile;

  @Option(
      names = "--max-bytes",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description = "The most bytes that a file may have.")
  @Nullable Long maxBytes;

  @Option(
      names = "--existing",
      paramLabel = "fail|skip|rename|overwrite",
      description = {
        "What to do where a file has the name already: fail by default; skip keeps it; rename",
        "gives the new one a number."
      })
  @Nullable Existing existing;

  @Option(names = "--overwrite", description = "Short for --existing overwrite.")
  boolean overwrite;

  @Option(
      names = "--if-newer",
      description = {
        "Replace a file only where the server has another version than at the last --if-newer:",
        "NAME.qsde-version keeps what tells them apart."
      })
  boolean ifNewer;

  @Option(
      names = {"-R", "--remote-time"},
      description = "Give files the time of their last change at the server, where it tells one.")
  boolean remoteTime;

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

  private @Nullable ChecksumFile checksums;

  /** Throws what cannot work as a usage error. */
  void check(int requests) {
    if (checksum != null && checksumFile != null) {
      throw new UsageException("--checksum and --checksum-file both name a digest: give one");
    }
    if (ifNewer && toStandardOutput()) {
      throw new UsageException("--if-newer is about a file, and --output - is none: give one");
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

  /** Returns whether the bytes go to stdout rather than into a file. */
  boolean toStandardOutput() {
    return StandardOutput.NAME.equals(output);
  }

  /** Returns what is done where a file has the name already. */
  Existing existing() {
    if (overwrite && existing != null && existing != Existing.overwrite) {
      throw new UsageException(
          "--overwrite and --existing " + existing + " contradict each other: give one of them");
    }
    if (ifNewer && existing != null && existing != Existing.overwrite) {
      throw new UsageException(
          "--if-newer replaces a file, and --existing " + existing + " does not: give one of them");
    }
    return overwrite ? Existing.overwrite : Objects.requireNonNullElse(existing, Existing.fail);
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
    if (existing() == Existing.overwrite) {
      request = request.withOverwrite(true);
    }
    if (ifNewer) {
      request = request.withIfNewer(true);
    }
    if (remoteTime) {
      request = request.withRemoteTime(true);
    }
    if (noResume) {
      request = request.withResume(false);
    }
    // What stands with an entry of a list counts before what is said for all.
    if (checksum != null && request.checksum() == null) {
      request = request.withChecksum(checksum);
    }
    if (checksumFile != null && request.checksum() == null) {
      request = request.withChecksum(listed(checksumFile, request));
    }
    if (maxBytes != null) {
      request = request.withMaxBytes(maxBytes);
    }
    return fsync == null ? request : request.withFsync(fsync);
  }

  /** Looks up the name that the file is to have, then the one that the URI has. */
  private Checksum listed(Path file, DownloadRequest request) {
    ChecksumFile list = checksums == null ? read(file) : checksums;
    checksums = list;
    String ofUri = FileNames.fromUri(request.uri());
    Path target = request.target();
    String ofTarget =
        target == null || Files.isDirectory(target) ? ofUri : String.valueOf(target.getFileName());
    try {
      return list.find(ofTarget)
          .or(() -> list.find(ofUri))
          .orElseThrow(
              () ->
                  new UsageException(
                      "--checksum-file "
                          + file
                          + " has no checksum that is known for "
                          + ofTarget));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--checksum-file " + file + ": " + e.getMessage());
    }
  }

  private static ChecksumFile read(Path file) {
    return ChecksumFile.parse(TextFiles.lines("--checksum-file", file));
  }
}
