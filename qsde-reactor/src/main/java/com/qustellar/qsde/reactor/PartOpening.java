package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.Channel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a part file is opened, whatever has its name before: a file that nobody holds any more is
 * gone on with where its journal agrees; else it is deleted and created anew, never followed and
 * never truncated. Everything here may block.
 */
final class PartOpening<C extends Channel> {

  private static final Set<OpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  private static final Set<OpenOption> OPTIONS =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private final PartChannels<C> channels;
  private final URI uri;
  private final Path target;
  private final Path part;
  private final NameHold hold;
  private final PartName.Usable usable;

  /**
   * Prepares to open a part file.
   *
   * @param hold by which this JVM has its name
   * @param usable whether an abandoned part file is gone on with; asked once its lock is held
   */
  PartOpening(
      PartChannels<C> channels,
      URI uri,
      Path target,
      Path part,
      NameHold hold,
      PartName.Usable usable) {
    this.channels = channels;
    this.uri = uri;
    this.target = target;
    this.part = part;
    this.hold = hold;
    this.usable = usable;
  }

  /** Opens the file; mostly there is none, which shows at the attempt to create it. */
  PartName<C> open() throws IOException {
    try {
      return create();
    } catch (FileAlreadyExistsException e) {
      PartName<C> name = existing();
      return name == null ? create() : name;
    }
  }

  /**
   * Creates the file and then opens it, in two steps: a channel doesn't tell which file it is of,
   * so only what had the name before it was opened, and has it still under the lock, is that file.
   */
  private PartName<C> create() throws IOException {
    createEmpty();
    C channel = null;
    boolean created = false;
    try {
      Object identity = PartName.identity(part);
      channel = channels.open(part, OPTIONS);
      lock(channel);
      if (!identity.equals(PartName.identity(part))) {
        // Another process took it for abandoned meanwhile, and the name with it.
        throw new FileAccess(uri, target, Reason.IN_USE, null);
      }
      created = true;
      return new PartName<>(uri, target, part, hold, identity, channel, false);
    } catch (NoSuchFileException e) {
      // As above: what may have the name next is not ours to delete.
      throw new FileAccess(uri, target, Reason.IN_USE, e);
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      Files.deleteIfExists(part);
      throw e;
    } finally {
      if (!created && channel != null) {
        channel.close();
      }
    }
  }

  private void createEmpty() throws IOException {
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
  private @Nullable PartName<C> existing() throws IOException {
    if (!Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(part);
      return null;
    }
    Object identity;
    C channel;
    try {
      identity = PartName.identity(part);
      channel = channels.open(part, OPTIONS);
    } catch (NoSuchFileException e) {
      return null;
    }
    boolean kept = false;
    try {
      lock(channel);
      if (!Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
        return null; // its holder has just committed it, or given it up
      }
      if (!identity.equals(PartName.identity(part))) {
        throw new FileAccess(uri, target, Reason.IN_USE, null);
      }
      if (isOurs() && usable.test(channels.size(channel))) {
        kept = true;
        return new PartName<>(uri, target, part, hold, identity, channel, true);
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
  private boolean isOurs() throws IOException {
    return !part.getFileSystem().supportedFileAttributeViews().contains("unix")
        || Integer.valueOf(1)
            .equals(Files.getAttribute(part, "unix:nlink", LinkOption.NOFOLLOW_LINKS));
  }

  private void lock(C channel) throws IOException {
    try {
      if (channels.tryLock(channel) == null) {
        throw new FileAccess(uri, target, Reason.IN_USE, null);
      }
    } catch (OverlappingFileLockException e) {
      throw new FileAccess(uri, target, Reason.IN_USE, e);
    }
  }
}
