package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells what a failed file operation means. */
final class FileFailures {

  private FileFailures() {}

  /** Turns what a file operation threw into the failure of the download. */
  static DownloadException translate(URI uri, Path target, Throwable thrown) {
    return translate(uri, target, thrown, 0);
  }

  /**
   * Turns what a write threw into the failure of the download.
   *
   * @param needed the bytes that were to be written
   */
  static DownloadException translate(URI uri, Path target, Throwable thrown, long needed) {
    if (thrown instanceof DownloadException known) {
      return known;
    }
    if (thrown instanceof OverlappingFileLockException) {
      return new DownloadException.FileAccess(uri, target, Reason.IN_USE, thrown);
    }
    if (thrown instanceof ReadOnlyFileSystemException) {
      return new DownloadException.FileAccess(uri, target, Reason.READ_ONLY, thrown);
    }
    if (isUnsupported(target, thrown)) {
      return new DownloadException.FileAccess(uri, target, Reason.UNSUPPORTED, thrown);
    }
    if (!(thrown instanceof IOException) && !(thrown instanceof ClosedFileSystemException)) {
      return new DownloadException.Unexpected(uri, target, thrown);
    }
    if (isDiskFull(thrown)) {
      return new DownloadException.DiskFull(uri, target, needed, freeBytes(target), thrown);
    }
    return new DownloadException.FileAccess(uri, target, reason(thrown), thrown);
  }

  /** Other file systems than the default one need not have all kinds of channels and options. */
  private static boolean isUnsupported(Path target, Throwable thrown) {
    return target.getFileSystem() != FileSystems.getDefault()
        && (thrown instanceof UnsupportedOperationException
            || thrown instanceof IllegalArgumentException);
  }

  private static Reason reason(Throwable thrown) {
    if (thrown instanceof FileAlreadyExistsException) {
      return Reason.EXISTS;
    }
    if (thrown instanceof NoSuchFileException || thrown instanceof NotDirectoryException) {
      return Reason.NO_DIRECTORY;
    }
    String text = text(thrown);
    if (text.contains("read-only file system")) {
      return Reason.READ_ONLY;
    }
    if (thrown instanceof AccessDeniedException) {
      return Reason.NO_PERMISSION;
    }
    if (text.contains("not a directory")) {
      return Reason.NO_DIRECTORY;
    }
    if (text.contains("symbolic link")) {
      return Reason.SYMBOLIC_LINK;
    }
    if (text.contains("name too long")) {
      return Reason.NAME_REFUSED;
    }
    if (text.contains("operation not permitted")) {
      return Reason.NO_PERMISSION;
    }
    return Reason.IO;
  }

  /** The JDK gives the operating system's words and no number, so the words decide. */
  private static boolean isDiskFull(Throwable thrown) {
    String text = text(thrown);
    return text.contains("no space left")
        || text.contains("quota exceeded")
        || text.contains("not enough space");
  }

  private static String text(Throwable thrown) {
    String text =
        thrown instanceof FileSystemException file ? file.getReason() : thrown.getMessage();
    return text == null ? "" : text.toLowerCase(Locale.ROOT);
  }

  /** Returns the usable bytes of the file system that the target is on; 0 when nobody can tell. */
  static long freeBytes(Path target) {
    @Nullable Path directory = target.toAbsolutePath().getParent();
    if (directory == null) {
      return 0;
    }
    if (directory.getFileSystem() == FileSystems.getDefault()) {
      // A FileStore would be looked for in the list of all mounts.
      return directory.toFile().getUsableSpace();
    }
    try {
      return Files.getFileStore(directory).getUsableSpace();
    } catch (IOException e) {
      return 0;
    }
  }
}
