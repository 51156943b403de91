package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.internal.http.FileNames;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/**
 * The name of a part file, held by one download of one process.
 *
 * <p>Between processes the operating system's lock decides, within the JVM a {@link NameHold}.
 * Everything here may block.
 */
final class PartName<C extends Channel> {

  private final URI uri;
  private final Path target;
  private final Path path;
  private final NameHold hold;
  private final Object identity;
  private final C channel;
  private final boolean resumed;

  /** Makes the name of a file that is open under its lock. */
  PartName(
      URI uri, Path target, Path path, NameHold hold, Object identity, C channel, boolean resumed) {
    this.uri = uri;
    this.target = target;
    this.path = path;
    this.hold = hold;
    this.identity = identity;
    this.channel = channel;
    this.resumed = resumed;
  }

  /** Returns where the part file of a target stands. */
  static Path of(Path target) {
    return target.resolveSibling(FileNames.part(target.getFileName().toString()));
  }

  /**
   * Opens or creates the part file of a target, locked, without following links.
   *
   * @param usable whether an abandoned part file is gone on with; asked once its lock is held
   * @throws DownloadException if another download holds it, or it can't be opened
   */
  static <C extends Channel> PartName<C> take(
      PartChannels<C> channels, URI uri, Path target, Usable usable) {
    Path part = of(target);
    NameHold hold = NameHold.take(uri, target, part, false);
    boolean taken = false;
    try {
      PartName<C> name = new PartOpening<>(channels, uri, target, part, hold, usable).open();
      taken = true;
      return name;
    } catch (FileAlreadyExistsException e) {
      throw new FileAccess(uri, target, Reason.IN_USE, e);
    } catch (IOException e) {
      throw FileFailures.translate(uri, target, e);
    } finally {
      if (!taken) {
        hold.giveBack();
      }
    }
  }

  /** Says whether an abandoned part file is gone on with. */
  interface Usable {
    /** Returns whether a part file of this length is. */
    boolean test(long length) throws IOException;
  }

  /**
   * Deletes what an earlier download left of a target, unless another one holds it. One that wants
   * it meanwhile waits.
   *
   * @param unwanted whether it is what was left, and not another's; asked when nobody holds it
   */
  static void discard(URI uri, Path target, BooleanSupplier unwanted) {
    Path part = of(target);
    NameHold hold = NameHold.take(uri, target, part, true);
    try {
      // Where nothing is left no file must be made for its lock, which others would find in use.
      boolean anything =
          Files.exists(part, LinkOption.NOFOLLOW_LINKS) || JournalFile.exists(target);
      if (anything && unwanted.getAsBoolean()) {
        PartOpening<FileChannel> opening =
            new PartOpening<>(PartChannels.blocking(), uri, target, part, hold, length -> true);
        // Under its lock: another process may be about to go on with it.
        FileChannel locked = opening.open().channel();
        try {
          Files.deleteIfExists(part);
          JournalFile.delete(target);
        } finally {
          locked.close();
        }
      }
    } catch (IOException e) {
      throw FileFailures.translate(uri, target, e);
    } finally {
      hold.giveBack();
    }
  }

  /** Returns what tells the file from another of the same name; its name where nothing does. */
  static Object identity(Path part) throws IOException {
    Object key =
        Files.readAttributes(part, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    return key == null ? part : key;
  }

  /** Returns where the part file stands. */
  Path path() {
    return path;
  }

  /** Returns the channel, open for reading and writing, that the lock hangs on. */
  C channel() {
    return channel;
  }

  /** Returns whether the file is one that an earlier download left. */
  boolean isResumed() {
    return resumed;
  }

  /**
   * Returns whether the name still means the file that is open.
   *
   * @throws NoSuchFileException if its directory is gone as well
   */
  boolean isHeld() throws IOException {
    try {
      return identity.equals(identity(path));
    } catch (NoSuchFileException e) {
      Path directory = path.toAbsolutePath().getParent();
      if (directory != null && Files.isDirectory(directory)) {
        return false;
      }
      throw e;
    }
  }

  /** Returns whether the name means the file that is open; not where nobody can tell. */
  boolean isSurelyHeld() {
    try {
      return isHeld();
    } catch (IOException e) {
      return false;
    }
  }

  /** Gives the file this time of its last change; no write may follow. */
  void date(Instant modified) {
    try {
      if (isHeld()) {
        Files.setAttribute(
            path, "lastModifiedTime", FileTime.from(modified), LinkOption.NOFOLLOW_LINKS);
      }
    } catch (UnsupportedOperationException | IOException e) {
      // A whole file under a later time is of more use than none.
      return;
    }
  }

  /**
   * Gives the file the target's name in one atomic step.
   *
   * @param overwrite whether an existing target is replaced; otherwise it fails with EXISTS
   */
  void commit(boolean overwrite) throws IOException {
    if (!isHeld()) {
      throw new FileAccess(uri, target, Reason.LOST, null);
    }
    if (overwrite) {
      PresentFile.forget(target);
      Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
    } else {
      linkOrMove();
    }
  }

  /**
   * A hard link fails when the target exists, in one step; where there are none, check and move.
   */
  private void linkOrMove() throws IOException {
    try {
      Files.createLink(target, path);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | IOException e) {
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAccess(uri, target, Reason.LOST, e);
      }
      Files.move(path, target);
      return;
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // The target stands whole: a second name that stays behind does not undo that.
      return;
    }
  }

  /**
   * Deletes the file, unless another has come into its place. The outcome of the download is known
   * by now and stands: what can't be deleted stays.
   */
  void delete() {
    if (isSurelyHeld()) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        return;
      }
    }
  }

  /**
   * Closes the channel, and lets others have the name: what is to be deleted is so by now, as they
   * may have files of their own there next.
   */
  void giveBack() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed all the same, and what is resumed from is read again before it counts.
      return;
    } finally {
      hold.giveBack();
    }
  }
}
