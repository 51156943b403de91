package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.internal.http.ContentDisposition;
import com.qustellar.qsde.internal.http.FileNames;
import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.plan.SegmentPlanner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessMode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Looks at where a download is to go, before anything is written. Everything here may block. */
final class Targets {

  private static final int BLOCK = 256 << 10;

  private Targets() {}

  /** What there is under a target's name. */
  enum Kind {
    NOTHING,
    DIRECTORY,
    FILE
  }

  /**
   * Looks at what has the target's name; of a directory the name of the file is left to the server.
   *
   * <p>A link that leads nowhere counts as nothing, as does a name that the file system refuses:
   * Java 17 tells them from a free name by an exception alone, for each of thousands of files. What
   * is made there shows it.
   */
  static Kind kind(Path target) {
    if (!Files.exists(target)) {
      return Kind.NOTHING;
    }
    return Files.isDirectory(target) ? Kind.DIRECTORY : Kind.FILE;
  }

  /** Returns whether an existing target is replaced. */
  static boolean mayReplace(DownloadRequest request) {
    return request.overwrite() || request.ifNewer();
  }

  /** Returns the bytes that are asked for before anything is known of the file. */
  static long firstSegment(Limits limits) {
    boolean guided = limits.segmentSize() == Limits.AUTO;
    return guided ? SegmentPlanner.firstOfGuided() : limits.segmentSize();
  }

  /** Names the file in a directory: as the server says, else as the requested URI does. */
  static Path name(DownloadRequest request, Path directory, ResponseHead head) {
    String name =
        head.value("Content-Disposition")
            .flatMap(ContentDisposition::fileName)
            .map(FileNames::safe)
            .orElseGet(() -> FileNames.fromUri(request.uri()));
    return in(request, directory, name);
  }

  /**
   * Returns the file of that name in a directory.
   *
   * @throws FileAccess if the name has letters that the locale, and so the JVM, does not know
   */
  static Path in(DownloadRequest request, Path directory, String name) {
    try {
      return directory.resolve(name);
    } catch (InvalidPathException e) {
      Path shown = directory.resolve(name.replaceAll("[^ -~]", "_"));
      throw new FileAccess(request.uri(), shown, Reason.NAME_REFUSED, e);
    }
  }

  /**
   * Returns the digest of a target that is there already and has the expected one.
   *
   * @throws DownloadException if the target is there and may not be replaced, or can't be created
   */
  static Optional<Checksum> present(DownloadRequest request, Path target, BooleanSupplier ended) {
    if (!exists(request, target)) {
      checkDirectory(request, target);
      return Optional.empty();
    }
    Checksum expected = request.checksum();
    if (expected != null && isOfItsLength(request, target)) {
      Checksum actual = digest(request, target, ended);
      if (expected.equals(actual)) {
        return Optional.of(expected);
      }
    }
    checkReplaceable(request, target);
    return Optional.empty();
  }

  /**
   * Checks that the target may be made, where its name has just become known.
   *
   * @throws DownloadException if it is there and may not be replaced, or can't be created
   */
  static void checkFree(DownloadRequest request, Path target) {
    boolean exists = exists(request, target);
    checkDirectory(request, target);
    if (exists) {
      checkReplaceable(request, target);
    }
  }

  /** Returns whether it is a file, and not of another length than the request names. */
  private static boolean isOfItsLength(DownloadRequest request, Path target) {
    if (!Files.isRegularFile(target)) {
      return false;
    }
    try {
      return Lengths.difference(request, OptionalLong.of(Files.size(target))).isEmpty();
    } catch (IOException e) {
      throw FileFailures.translate(request.uri(), target, e);
    }
  }

  /** A device such as {@code /dev/null} is never replaced, nor is a link to one. */
  private static void checkReplaceable(DownloadRequest request, Path target) {
    if (isDevice(target)) {
      throw new FileAccess(request.uri(), target, Reason.DEVICE, null);
    }
    if (!mayReplace(request)) {
      throw new FileAccess(request.uri(), target, Reason.EXISTS, null);
    }
    if (Files.isDirectory(target)) {
      throw new FileAccess(request.uri(), target, Reason.NAME_REFUSED, null);
    }
  }

  private static boolean isDevice(Path target) {
    try {
      return Files.readAttributes(target, BasicFileAttributes.class).isOther();
    } catch (IOException e) {
      // A symbolic link that leads nowhere, say.
      return false;
    }
  }

  /** Unlike {@link Files#exists} this tells a name that the file system refuses from a free one. */
  private static boolean exists(DownloadRequest request, Path target) {
    try {
      Files.readAttributes(target, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw FileFailures.translate(request.uri(), target, e);
    }
  }

  private static long size(Path abandoned) {
    try {
      return Files.size(abandoned);
    } catch (IOException e) {
      // Mostly because there is none.
      return 0;
    }
  }

  /**
   * Checks that a file can be made under a name that nothing has.
   *
   * @throws DownloadException if its directory is not there, or not writable
   */
  static void checkDirectory(DownloadRequest request, Path target) {
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null) {
      throw new FileAccess(request.uri(), target, Reason.NO_DIRECTORY, null);
    }
    if (!Files.isDirectory(directory)) {
      // Which fails where that could not even be looked at.
      exists(request, directory);
      throw new FileAccess(request.uri(), target, Reason.NO_DIRECTORY, null);
    }
    try {
      // As Files.isWritable asks, which keeps why not to itself.
      directory.getFileSystem().provider().checkAccess(directory, AccessMode.WRITE);
    } catch (IOException e) {
      throw FileFailures.translate(request.uri(), target, e);
    }
  }

  /** Returns the digest of a file that the request names or wants, null where it does neither. */
  static @Nullable Checksum digest(DownloadRequest request, Path file, BooleanSupplier ended) {
    Checksum expected = request.checksum();
    HashAlgorithm algorithm = expected == null ? request.computedChecksum() : expected.algorithm();
    if (algorithm == null) {
      return null;
    }
    MessageDigest digest = algorithm.newDigest();
    byte[] block = new byte[BLOCK];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(block); n >= 0 && !ended.getAsBoolean(); n = in.read(block)) {
        digest.update(block, 0, n);
      }
    } catch (IOException e) {
      throw FileFailures.translate(request.uri(), file, e);
    }
    return Checksum.of(algorithm, digest.digest());
  }

  /**
   * Checks that there is room for the file; for a small one its write will tell.
   *
   * @throws DownloadException.DiskFull if there is not
   */
  static void checkRoom(DownloadRequest request, Path target, OptionalLong total) {
    long needed = total.orElse(0);
    if (needed > HeldDraft.MOST) {
      long usable = FileFailures.freeBytes(target);
      // Some file systems tell nothing; a disk that is really full fails at its first write.
      if (usable == 0 || needed <= usable) {
        return;
      }
      // What an abandoned part file takes is free as soon as it is replaced.
      long free = usable + size(PartName.of(target));
      if (needed > free) {
        throw new DownloadException.DiskFull(request.uri(), target, needed, free, null);
      }
    }
  }
}
