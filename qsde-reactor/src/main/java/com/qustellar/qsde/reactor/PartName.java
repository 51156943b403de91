package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.internal.http.FileNames;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The name of a part file, held by one download of one process.
 *
 * <p>Between processes the operating system's lock decides, within the JVM a set. A name that
 * nobody holds any more is deleted and created anew, never followed and never truncated. Everything
 * here may block.
 */
final class PartName {

  private static final Set<OpenOption> NEW =
      Set.of(
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);
  private static final Set<OpenOption> EXISTING =
      Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  /**
   * The part files that this JVM has open. Asking the operating system would not do: a process that
   * opens and closes a file loses every lock that it has on it (fcntl(2)).
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final Path key;
  private final Object identity;
  private final AsynchronousFileChannel channel;

  private PartName(Path path, Path key, Object identity, AsynchronousFileChannel channel) {
    this.path = path;
    this.key = key;
    this.identity = identity;
    this.channel = channel;
  }

  /** Returns where the part file of a target stands. */
  static Path of(Path target) {
    return target.resolveSibling(FileNames.part(target.getFileName().toString()));
  }

  /**
   * Creates the part file of a target, locked, without following links.
   *
   * @throws DownloadException if another download holds it, or it can't be created
   */
  static PartName take(IoPool io, URI uri, Path target) {
    Path part = of(target);
    Path key = key(uri, target, part);
    if (!HELD.add(key)) {
      throw new FileAccess(uri, target, Reason.IN_USE, null);
    }
    boolean taken = false;
    try {
      PartName name = create(io, uri, target, part, key);
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

  private static PartName create(IoPool io, URI uri, Path target, Path part, Path key)
      throws IOException {
    if (Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
      removeAbandoned(io, uri, target, part);
    }
    AsynchronousFileChannel channel = AsynchronousFileChannel.open(part, NEW, io.executor());
    Object identity = identity(part);
    lock(channel, uri, target);
    if (!identity.equals(identity(part))) {
      // Another process took it for abandoned between the two steps, and the name with it.
      channel.close();
      throw new FileAccess(uri, target, Reason.IN_USE, null);
    }
    return new PartName(part, key, identity, channel);
  }

  private static Path key(URI uri, Path target, Path part) {
    Path absolute = part.toAbsolutePath();
    Path directory = absolute.getParent();
    try {
      return directory == null ? absolute : directory.toRealPath().resolve(absolute.getFileName());
    } catch (IOException e) {
      throw FileFailures.translate(uri, target, e);
    }
  }

  /** Deletes a part file that nobody holds; a link in its place is deleted, never followed. */
  private static void removeAbandoned(IoPool io, URI uri, Path target, Path part)
      throws IOException {
    if (Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS)) {
      try (AsynchronousFileChannel old =
          AsynchronousFileChannel.open(part, EXISTING, io.executor())) {
        lock(old, uri, target);
        // Under the lock: nobody else takes it for abandoned meanwhile.
        Files.deleteIfExists(part);
      } catch (NoSuchFileException e) {
        return;
      }
    } else {
      Files.deleteIfExists(part);
    }
  }

  /** Returns what tells the file from another of the same name; its name where nothing does. */
  private static Object identity(Path part) throws IOException {
    Object key =
        Files.readAttributes(part, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    return key == null ? part : key;
  }

  private static void lock(AsynchronousFileChannel channel, URI uri, Path target)
      throws IOException {
    try {
      if (channel.tryLock() == null) {
        channel.close();
        throw new FileAccess(uri, target, Reason.IN_USE, null);
      }
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new FileAccess(uri, target, Reason.IN_USE, e);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Returns where the part file stands. */
  Path path() {
    return path;
  }

  /** Returns the channel, open for reading and writing, that the lock hangs on. */
  AsynchronousFileChannel channel() {
    return channel;
  }

  /** Returns whether the name still means the file that was created. */
  boolean isHeld() throws IOException {
    return identity.equals(identity(path));
  }

  /** Lets others of this JVM have the name; the channel has been closed. */
  void giveBack() {
    HELD.remove(key);
  }
}
