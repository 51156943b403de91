package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.internal.files.ChecksumFile;
import com.qustellar.qsde.internal.http.FileNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/** Where files go, and what they must be. */
final class TargetOptions {

  final OptionSet options = new OptionSet();

  private final Supplier<@Nullable Path> output =
      options.value(
          Path.class,
          new OutputFiles(),
          OptionSpec.builder("-o", "--output")
              .paramLabel("FILE")
              .description(
                  "The file to write, one URL only; - is stdout. By default its name comes from the server."));

  private final Supplier<Path> dir =
      options.value(
          Path.class,
          OptionSpec.builder("-d", "--dir")
              .paramLabel("DIR")
              .defaultValue("")
              .description("The directory to write to, which must be there; here by default."));

  private final Supplier<@Nullable Checksum> checksum =
      options.value(
          Checksum.class,
          new Checksums(),
          OptionSpec.builder("--checksum")
              .paramLabel("ALG:HEX")
              .description(
                  "The digest that the file must have: md5, sha1, sha256 or sha512. One URL only."));

  private final Supplier<@Nullable Path> checksumFile =
      options.value(
          Path.class,
          OptionSpec.builder("--checksum-file")
              .paramLabel("FILE")
              .description(
                  "A list of digests, as sha256sum and its like write it; each file must have the one that "
                      + "stands there for its name."));

  private final Supplier<@Nullable Long> maxBytes =
      options.value(
          Long.class,
          new Sizes(),
          OptionSpec.builder("--max-bytes")
              .paramLabel("SIZE")
              .description("The most bytes that a file may have; 0, the default, for no limit."));

  private final Supplier<@Nullable Existing> existing =
      options.value(
          Existing.class,
          OptionSpec.builder("--existing")
              .paramLabel("fail|skip|rename|overwrite")
              .description(
                  "What to do where a file has the name already: fail by default; skip keeps it; rename "
                      + "gives the new one a number."));

  private final Supplier<Boolean> overwrite =
      options.flag(
          OptionSpec.builder("--overwrite").description("Short for --existing overwrite."));

  private final Supplier<Boolean> ifNewer =
      options.flag(
          OptionSpec.builder("--if-newer")
              .description(
                  "Replace a file only where the server has another version than at the last --if-newer; "
                      + "what tells them apart is kept beside it."));

  private final Supplier<Boolean> remoteTime =
      options.flag(
          OptionSpec.builder("-R", "--remote-time")
              .description(
                  "Give files the time of their last change at the server, where it tells one."));

  private final Supplier<Boolean> noResume =
      options.flag(
          OptionSpec.builder("--no-resume")
              .description(
                  "Neither go on with what an earlier run has left, nor leave something for the next."));

  private final Supplier<@Nullable Boolean> fsync =
      options.value(
          Boolean.class,
          OptionSpec.builder("--fsync")
              .negatable(true)
              .description("Force files to the disk before they get their names, or never."));

  private @Nullable ChecksumFile checksums;

  /** Throws what cannot work as a usage error. */
  void check(int requests) {
    if (checksum.get() != null && checksumFile.get() != null) {
      throw new UsageException("--checksum and --checksum-file both name a digest: give one");
    }
    if (ifNewer.get() && toStandardOutput()) {
      throw new UsageException("--if-newer is about a file, and --output - is none: give one");
    }
    if (requests > 1 && toStandardOutput()) {
      throw new UsageException(
          "--output - is for one file, and there are " + requests + " URLs: get them one by one");
    }
    if (requests > 1 && output.get() != null) {
      throw new UsageException(
          "--output names one file, and there are " + requests + " URLs: use --dir");
    }
    if (requests > 1 && checksum.get() != null) {
      throw new UsageException(
          "--checksum is that of one file, and there are "
              + requests
              + " URLs: get them one by one");
    }
  }

  /** Returns the file that is named, null for none. */
  @Nullable Path output() {
    return output.get();
  }

  /** Returns the directory for what has no other. */
  Path dir() {
    return dir.get();
  }

  /** Returns whether the bytes go to stdout rather than into a file. */
  boolean toStandardOutput() {
    return StandardOutput.NAME.equals(output.get());
  }

  /** Returns what is done where a file has the name already. */
  Existing existing() {
    if (overwrite.get() && existing.get() != null && existing.get() != Existing.overwrite) {
      throw new UsageException(
          "--overwrite and --existing "
              + existing.get()
              + " contradict each other: give one of them");
    }
    if (ifNewer.get() && existing.get() != null && existing.get() != Existing.overwrite) {
      throw new UsageException(
          "--if-newer replaces a file, and --existing "
              + existing.get()
              + " does not: give one of them");
    }
    return overwrite.get()
        ? Existing.overwrite
        : Objects.requireNonNullElse(existing.get(), Existing.fail);
  }

  /** Returns where what has no other name goes: a file, or a directory that exists. */
  Path in(Path into, String url) {
    if (output.get() != null) {
      return into.resolve(output.get());
    }
    // A directory that is not there must not become a file: the engine says that it is missing.
    return Files.isDirectory(into)
        ? into
        : into.resolve(FileNames.fromUri(DownloadRequest.of(url).uri()));
  }

  /** Adds what the options say; what they don't say stays as it is. */
  DownloadRequest apply(DownloadRequest bare) {
    DownloadRequest request = bare;
    if (existing() == Existing.overwrite) {
      request = request.withOverwrite(true);
    }
    if (ifNewer.get()) {
      request = request.withIfNewer(true);
    }
    if (remoteTime.get()) {
      request = request.withRemoteTime(true);
    }
    if (noResume.get()) {
      request = request.withResume(false);
    }
    // What stands with an entry of a list counts before what is said for all.
    if (checksum.get() != null && request.checksum() == null) {
      request = request.withChecksum(checksum.get());
    }
    if (checksumFile.get() != null && request.checksum() == null) {
      request = request.withChecksum(listed(checksumFile.get(), request));
    }
    if (maxBytes.get() != null) {
      request = request.withMaxBytes(Sizes.bound(maxBytes.get()));
    }
    return fsync.get() == null ? request : request.withFsync(fsync.get());
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
