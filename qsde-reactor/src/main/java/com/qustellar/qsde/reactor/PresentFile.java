package com.qustellar.qsde.reactor;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.internal.http.FileNames;
import com.qustellar.qsde.internal.http.KeptVersion;
import com.qustellar.qsde.internal.http.Validator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A file that was downloaded before, and how to ask for another version only. What tells its
 * version stands beside it. Everything here may block.
 *
 * @param checksum its digest, null where the request wants none
 * @param conditions the fields that make a request conditional
 */
record PresentFile(
    Path path, long bytes, @Nullable Checksum checksum, Map<String, String> conditions) {

  /** Far more than an entity tag and a date have. */
  private static final int LONGEST = 64 << 10;

  /** Returns the file, if it is known to be as it was downloaded, and has the expected digest. */
  static Optional<PresentFile> find(DownloadRequest request, Path file, BooleanSupplier ended) {
    Path version = version(file);
    Optional<KeptVersion> kept =
        SideFile.read(version, LONGEST)
            .flatMap(text -> KeptVersion.parse(new String(text, UTF_8), Instant.now()));
    if (kept.isEmpty() || !Files.isRegularFile(file)) {
      return Optional.empty();
    }
    long bytes;
    try {
      bytes = Files.size(file);
      if (Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(version)) > 0) {
        return Optional.empty(); // somebody has written to it since
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    Map<String, String> conditions = kept.get().conditions(request.uri(), bytes);
    if (conditions.isEmpty() || Lengths.difference(request, OptionalLong.of(bytes)).isPresent()) {
      return Optional.empty();
    }
    Checksum checksum = Targets.digest(request, file, ended);
    Checksum expected = request.checksum();
    return expected == null || expected.equals(checksum)
        ? Optional.of(new PresentFile(file, bytes, checksum, conditions))
        : Optional.empty();
  }

  /** Keeps the version of a file that has just got its name, if it can be told from others. */
  static void keep(DownloadRequest request, Path file, Validator validator, long bytes) {
    Optional<KeptVersion> version = KeptVersion.of(request.uri(), validator, bytes);
    if (version.isPresent()) {
      try {
        SideFile.create(version(file), version.get().format().getBytes(UTF_8)).close();
      } catch (IOException e) {
        // The next run fetches what it need not.
        return;
      }
    }
  }

  /** Forgets the version of a file that is about to be replaced. */
  static void forget(Path file) {
    try {
      Files.deleteIfExists(version(file));
    } catch (IOException e) {
      // It is older than the file, which tells as well that it is of another one.
      return;
    }
  }

  private static Path version(Path file) {
    return file.resolveSibling(FileNames.version(String.valueOf(file.getFileName())));
  }
}
