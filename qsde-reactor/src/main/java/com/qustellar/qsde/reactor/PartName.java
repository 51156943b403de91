package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.internal.http.FileNames;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The name of a part file, held by one download of one process.
 *
 * <p>Between processes the operating system's lock decides, within the JVM a set. A file that
 * nobody holds any more is gone on with where its journal agrees; else it is deleted and created
 * anew, never followed and never truncated. Everything here may block.
 */
final class PartName<C extends Channel> {

  private static final Set<OpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  private static final Set<OpenOption> OPTIONS =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  /**
   * The part files that this JVM has open. Asking the operating system would not do: a process that
   * opens and closes a file loses every lock that it has on it (fcntl(2)).
   */
  private static final Set<Object> HELD = ConcurrentHashMap.newKeySet();

  private final URI uri;
  private final Path target;
  private final Path path;
  private final Object key;
  private final Object identity;
  private final C channel;
  private final boolean resumed;

  private PartName(
      URI uri, Path target, Path path, Object key, Object identity, C channel, boolean resumed) {
    this.uri = uri;
    this.target = target;
    this.path = path;
    this.key = key;
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
    Object key = key(uri, target, part);
    if (!HELD.add(key)) {
      throw new FileAccess(uri, target, Reason.IN_USE, null);
    }
    boolean taken = false;
    try {
      PartName<C> name = createdOrExisting(channels, uri, target, part, key, usable);
      taken = true;
      return name;
    } catch (FileAlreadyExistsException e) {
      throw new FileAccess(uri, target, Reason.IN_USE, e);
    } catch (IOException e) {
      throw FileFailures.translate(uri, target, e);
    } finally {
      if (!taken) {
        HELD.remove(key);
      }
    }
  }

  /** Mostly there is nothing of that name, which shows at the attempt to create it. */
  private static <C extends Channel> PartName<C> createdOrExisting(
      PartChannels<C> channels, URI uri, Path target, Path part, Object key, Usable usable)
      throws IOException {
    try {
      return create(channels, uri, target, part, key);
    } catch (FileAlreadyExistsException e) {
      PartName<C> name = existing(channels, uri, target, part, key, usable);
      return name == null ? create(channels, uri, target, part, key) : name;
    }
  }

  /** Says whether an abandoned part file is gone on with. */
  interface Usable {
    /** Returns whether a part file of this length is. */
    boolean test(long length) throws IOException;
  }

  /** Deletes what an earlier download left of a target, unless another one holds it. */
  static void discard(URI uri, Path target) {
    PartName<FileChannel> name = take(PartChannels.blocking(), uri, target, length -> true);
    try {
      Files.deleteIfExists(name.path);
      JournalFile.delete(target);
    } catch (IOException e) {
      throw FileFailures.translate(uri, target, e);
    } finally {
      name.giveBack();
    }
  }

  /**
   * Creates the file and then opens it, in two steps: a channel doesn't tell which file it is of,
   * so only what had the name before it was opened, and has it still under the lock, is that file.
   */
  private static <C extends Channel> PartName<C> create(
      PartChannels<C> channels, URI uri, Path target, Path part, Object key) throws IOException {
    createEmpty(part);
    C channel = null;
    boolean created = false;
    try {
      Object identity = identity(part);
      channel = channels.open(part, OPTIONS);
      lock(channels, channel, uri, target);
      if (!identity.equals(identity(part))) {
        // Another process took it for abandoned meanwhile, and the name with it.
        throw new FileAccess(uri, target, Reason.IN_USE, null);
      }
      created = true;
      return new PartName<>(uri, target, part, key, identity, channel, false);
    } catch (NoSuchFileException e) {
      // As above: what may have the name next is not ours to delete.
      throw new FileAccess(uri, target, Reason.IN_USE, e);
    } catch (IOException e) {
      Files.deleteIfExists(part);
      throw e;
    } finally {
      if (!created && channel != null) {
        channel.close();
      }
    }
  }

  private static void createEmpty(Path part) throws IOException {
    SeekableByteChannel created = Files.newByteChannel(part, NEW);
    try {
      created.close();
    } catch (IOException e) {
      // The file is there, and nothing was written to it.
      return;
    }
  }

  /**
   * Goes on with a part file that nobody holds, or deletes it; a link in its place is deleted,
   * never followed.
   */
  private static <C extends Channel> @Nullable PartName<C> existing(
      PartChannels<C> channels, URI uri, Path target, Path part, Object key, Usable usable)
      throws IOException {
    if (!Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(part);
      return null;
    }
    Object identity;
    C channel;
    try {
      identity = identity(part);
      channel = channels.open(part, OPTIONS);
    } catch (NoSuchFileException e) {
      return null;
    }
    boolean kept = false;
    try {
      lock(channels, channel, uri, target);
      if (!Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
        return null; // its holder has just committed it, or given it up
      }
      if (!identity.equals(identity(part))) {
        throw new FileAccess(uri, target, Reason.IN_USE, null);
      }
      if (isOurs(part) && usable.test(channels.size(channel))) {
        kept = true;
        return new PartName<>(uri, target, part, key, identity, channel, true);
      }
      // Under the lock: nobody else takes it for abandoned meanwhile.
      Files.deleteIfExists(part);
      return null;
    } finally {
      if (!kept) {
        channel.close();
      }
    }
  }

  /**
   * Returns whether the file has no other name. A commit that was cut short, or somebody with a
   * hard link, makes it a second name of a file that must not be written to.
   */
  private static boolean isOurs(Path part) throws IOException {
    return !part.getFileSystem().supportedFileAttributeViews().contains("unix")
        || Integer.valueOf(1)
            .equals(Files.getAttribute(part, "unix:nlink", LinkOption.NOFOLLOW_LINKS));
  }

  /** The same directory may have several paths: what tells it from another is of more use. */
  private static Object key(URI uri, Path target, Path part) {
    Path absolute = part.toAbsolutePath();
    Path directory = absolute.getParent();
    if (directory == null) {
      return absolute;
    }
    try {
      Object identity = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
      return identity == null
          ? directory.toRealPath().resolve(absolute.getFileName())
          : List.of(identity, absolute.getFileName());
    } catch (IOException e) {
      throw FileFailures.translate(uri, target, e);
    }
  }

  /** Returns what tells the file from another of the same name; its name where nothing does. */
  private static Object identity(Path part) throws IOException {
    Object key =
        Files.readAttributes(part, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    return key == null ? part : key;
  }

  private static <C extends Channel> void lock(
      PartChannels<C> channels, C channel, URI uri, Path target) throws IOException {
    try {
      if (channels.tryLock(channel) == null) {
        throw new FileAccess(uri, target, Reason.IN_USE, null);
      }
    } catch (OverlappingFileLockException e) {
      throw new FileAccess(uri, target, Reason.IN_USE, e);
    }
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
      HELD.remove(key);
    }
  }
}
