package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.internal.http.FileNames;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The file that a download writes into, beside its target, until one atomic step gives it the
 * target's name.
 *
 * <p>Every operation is counted. {@link #close} lets no new one start, waits for those in flight,
 * and only then closes the channel and deletes what has no name: nothing is written after a
 * download's terminal signal. Safe from any thread; only {@link #create} blocks.
 */
final class PartFile {

  private static final Set<OpenOption> NEW =
      Set.of(
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);
  private static final Set<OpenOption> EXISTING =
      Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  /** Hears of the end of one transfer, on a thread of the pool. */
  interface Listener {
    /** All of the bytes are in the file, or in the buffer; or the reason why they are not. */
    void ended(@Nullable DownloadException failure);
  }

  /**
   * The part files that this JVM has open. Asking the operating system would not do: a process that
   * opens and closes a file loses every lock that it has on it (fcntl(2)).
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final IoPool io;
  private final URI uri;
  private final Path target;
  private final Path part;
  private final Path key;
  private final Object identity;
  private final AsynchronousFileChannel channel;
  private final Sinks.Empty<Void> idle = Sinks.empty();
  private final Mono<Void> closed;

  // Guarded by this.
  private int inFlight;
  private boolean closing;
  private boolean committed;

  private PartFile(
      IoPool io,
      URI uri,
      Path target,
      Path part,
      Path key,
      Object identity,
      AsynchronousFileChannel channel) {
    this.io = io;
    this.uri = uri;
    this.target = target;
    this.part = part;
    this.key = key;
    this.identity = identity;
    this.channel = channel;
    this.closed = idle.asMono().then(Mono.defer(() -> io.call(this::release))).then().cache();
  }

  /** Returns where the part file of a target stands. */
  static Path pathOf(Path target) {
    return target.resolveSibling(FileNames.part(target.getFileName().toString()));
  }

  /**
   * Creates the part file of a target, locked, without following links. Blocks.
   *
   * @throws DownloadException if another download holds it, or it can't be created
   */
  static PartFile create(IoPool io, URI uri, Path target) {
    Path part = pathOf(target);
    Path key = key(uri, target, part);
    if (!HELD.add(key)) {
      throw new FileAccess(uri, target, Reason.IN_USE, null);
    }
    try {
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
      return new PartFile(io, uri, target, part, key, identity, channel);
    } catch (FileAlreadyExistsException e) {
      HELD.remove(key);
      throw new FileAccess(uri, target, Reason.IN_USE, e);
    } catch (IOException e) {
      HELD.remove(key);
      throw FileFailures.translate(uri, target, e);
    } catch (RuntimeException e) {
      HELD.remove(key);
      throw e;
    }
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

  /** Writes all of the buffer at the offset, and releases it. */
  void write(ByteBuf data, long offset, Listener listener) {
    ByteBuffer source = data.nioBuffer();
    new Transfer(source, offset, data, listener) {
      @Override
      void go(ByteBuffer bytes, long at) {
        channel.write(bytes, at, null, this);
      }
    }.start();
  }

  /** Fills the buffer's writable bytes from the offset; the caller keeps the buffer. */
  void read(ByteBuf into, long offset, Listener listener) {
    int length = into.writableBytes();
    ByteBuffer free = into.nioBuffer(into.writerIndex(), length);
    into.writerIndex(into.writerIndex() + length);
    new Transfer(free, offset, null, listener) {
      @Override
      void go(ByteBuffer bytes, long at) {
        channel.read(bytes, at, null, this);
      }
    }.start();
  }

  /** One positional write or read, gone on with until all of its bytes have moved. */
  private abstract class Transfer implements CompletionHandler<Integer, @Nullable Void> {
    private final ByteBuffer bytes;
    private final @Nullable ByteBuf owned;
    private final Listener listener;
    private long offset;

    Transfer(ByteBuffer bytes, long offset, @Nullable ByteBuf owned, Listener listener) {
      this.bytes = bytes;
      this.offset = offset;
      this.owned = owned;
      this.listener = listener;
    }

    abstract void go(ByteBuffer bytes, long at);

    void start() {
      if (begin()) {
        step();
      } else {
        io.execute(() -> finish(lost(new ClosedChannelException())));
      }
    }

    private void step() {
      try {
        go(bytes, offset);
      } catch (RuntimeException e) {
        // Never from within the caller, who may hold a lock.
        io.execute(() -> failed(e, null));
      }
    }

    @Override
    public void completed(Integer count, @Nullable Void attachment) {
      if (count < 0) {
        failed(new IOException("the part file has become shorter"), null);
        return;
      }
      offset += count;
      if (bytes.hasRemaining()) {
        step();
        return;
      }
      try {
        finish(null);
      } finally {
        end();
      }
    }

    @Override
    public void failed(Throwable thrown, @Nullable Void attachment) {
      try {
        finish(FileFailures.translate(uri, target, thrown));
      } finally {
        end();
      }
    }

    private void finish(@Nullable DownloadException failure) {
      try {
        listener.ended(failure);
      } finally {
        if (owned != null) {
          owned.release();
        }
      }
    }
  }

  /** Forces data and metadata to the disk. */
  Mono<Void> force() {
    return operation(
        () -> {
          channel.force(true);
          return null;
        });
  }

  /** Cuts the part file to the size. */
  Mono<Void> truncate(long size) {
    return operation(
        () -> {
          channel.truncate(size);
          return null;
        });
  }

  /** Returns the length of the part file. */
  Mono<Long> size() {
    return operation(channel::size);
  }

  /**
   * Gives the part file the target's name in one atomic step.
   *
   * @param overwrite whether an existing target is replaced; otherwise it fails with EXISTS
   */
  Mono<Void> commit(boolean overwrite) {
    return operation(
        () -> {
          if (!identity.equals(identity(part))) {
            throw new FileAccess(uri, target, Reason.LOST, null);
          }
          if (overwrite) {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
          } else {
            linkOrMove();
          }
          synchronized (this) {
            committed = true;
          }
          return null;
        });
  }

  /**
   * A hard link fails when the target exists, in one step; where there are none, check and move.
   */
  private void linkOrMove() throws IOException {
    try {
      Files.createLink(target, part);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | IOException e) {
      if (!Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAccess(uri, target, Reason.LOST, e);
      }
      Files.move(part, target);
      return;
    }
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      // The target stands whole: a second name that stays behind does not undo that.
      return;
    }
  }

  /**
   * Lets no new operation start, waits for those in flight, closes the channel, and deletes the
   * part file unless it has got its name. Cached; starts with the call.
   */
  Mono<Void> close() {
    boolean now;
    synchronized (this) {
      closing = true;
      now = inFlight == 0;
    }
    if (now) {
      idle.tryEmitEmpty();
    }
    closed.subscribe();
    return closed;
  }

  private @Nullable Void release() {
    boolean named;
    synchronized (this) {
      named = committed;
    }
    try {
      channel.close();
      if (!named) {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      // The outcome of the download is known by now and stands: a failed close changes nothing.
      return null;
    } finally {
      HELD.remove(key);
    }
    return null;
  }

  private <T> Mono<T> operation(Callable<? extends @Nullable T> function) {
    return Mono.defer(
        () -> {
          if (!begin()) {
            return Mono.error(lost(new ClosedChannelException()));
          }
          return io.<T>call(
                  () -> {
                    try {
                      return function.call();
                    } finally {
                      end();
                    }
                  })
              .onErrorMap(thrown -> FileFailures.translate(uri, target, thrown));
        });
  }

  /** Tells what something thrown means for the download of this file. */
  DownloadException failure(Throwable thrown) {
    return FileFailures.translate(uri, target, thrown);
  }

  private DownloadException lost(IOException cause) {
    return new FileAccess(uri, target, Reason.LOST, cause);
  }

  private synchronized boolean begin() {
    if (closing) {
      return false;
    }
    inFlight++;
    return true;
  }

  private void end() {
    boolean last;
    synchronized (this) {
      last = --inFlight == 0 && closing;
    }
    if (last) {
      idle.tryEmitEmpty();
    }
  }
}
