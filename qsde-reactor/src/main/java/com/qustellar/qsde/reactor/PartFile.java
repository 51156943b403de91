package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.internal.journal.Claim;
import com.qustellar.qsde.internal.journal.Crc32c;
import com.qustellar.qsde.internal.plan.ByteRange;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * The file that a download writes into, beside its target, until one atomic step gives it the
 * target's name.
 *
 * <p>Every operation is counted. {@link #close} lets no new one start, waits for those in flight,
 * and only then closes the channel, and deletes what has no name and nothing to resume from:
 * nothing is written after a download's terminal signal. Safe from any thread; only {@link #open}
 * blocks.
 */
final class PartFile {

  /** Hears of the end of one transfer, on a thread of the pool where it is one of this file's. */
  interface Listener {
    /** All of the bytes are in the file, or in the buffer; or the reason why they are not. */
    void ended(@Nullable DownloadException failure);
  }

  private final IoPool io;
  private final URI uri;
  private final Path target;
  private final PartName<AsynchronousFileChannel> name;
  private final Path part;
  private final AsynchronousFileChannel channel;
  private final @Nullable JournalFile journal;
  private final Sinks.Empty<Void> idle = Sinks.empty();
  private final Mono<Void> closed;
  private volatile boolean claiming = true;

  // Guarded by this.
  private long writtenEnd;
  private int inFlight;
  private boolean closing;
  private boolean committed;
  private boolean discarded;
  private boolean kept;

  private PartFile(
      IoPool io,
      URI uri,
      Path target,
      PartName<AsynchronousFileChannel> name,
      @Nullable JournalFile journal) {
    this.io = io;
    this.uri = uri;
    this.target = target;
    this.name = name;
    this.part = name.path();
    this.channel = name.channel();
    this.journal = journal;
    this.closed = idle.asMono().then(Mono.defer(() -> io.call(this::release))).then().cache();
  }

  /**
   * Opens or creates the part file of a target, and its journal. Blocks.
   *
   * @throws DownloadException if another download holds it, or it can't be opened
   */
  static PartFile open(
      IoPool io, Scheduler scheduler, URI uri, Path target, Resumption resumption) {
    PartName<AsynchronousFileChannel> name =
        PartName.take(PartChannels.asynchronous(io), uri, target, resumption::isUsable);
    @Nullable JournalFile journal;
    try {
      journal = resumption.openJournal(io, scheduler);
    } catch (IOException e) {
      // Only the next run would miss it; a disk that is full says so at the first write.
      journal = null;
    }
    return new PartFile(io, uri, target, name, journal);
  }

  /** Notes in the journal that a completed write has put the bytes there. */
  void claim(long offset, ByteBuf data) {
    if (journal != null && claiming) {
      ByteRange range = new ByteRange(offset, offset + data.readableBytes());
      journal.claim(new Claim(range, Crc32c.of(data.nioBuffer())));
    }
  }

  /** Notes nothing more: what comes now need not be of the version that the journal names. */
  void claimNoMore() {
    claiming = false;
  }

  /** Returns whether what is written may be gone on with by a later run. */
  boolean isJournaled() {
    return journal != null;
  }

  /** Lets nothing stay for a later run. */
  synchronized void discard() {
    discarded = true;
  }

  /** Returns whether something has stayed for a later run, once this is closed. */
  synchronized boolean isKept() {
    return kept;
  }

  /** Writes all of the buffer at the offset, and releases it. */
  void write(ByteBuf data, long offset, Listener listener) {
    ByteBuffer source = data.nioBuffer();
    new Transfer(source, offset, data, listener) {
      @Override
      void go(ByteBuffer bytes, long at) {
        channel.write(bytes, at, null, this);
      }

      @Override
      void check(long end) throws IOException {
        checkLength(end);
      }

      @Override
      boolean lengthens() {
        return PartFile.this.lengthens(offset + data.readableBytes());
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

      @Override
      void check(long end) {}

      @Override
      boolean lengthens() {
        return false;
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

    /** All bytes up to the offset have moved. */
    abstract void check(long end) throws IOException;

    /** Returns whether the file gets longer. */
    abstract boolean lengthens();

    void start() {
      if (begin()) {
        if (lengthens()) {
          io.execute(this::checkAndStep);
        } else {
          step();
        }
      } else {
        io.execute(() -> finish(lost(new ClosedChannelException())));
      }
    }

    private void checkAndStep() {
      try {
        check(0);
      } catch (IOException | DownloadException e) {
        failed(e, null);
        return;
      }
      step();
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
        check(offset);
      } catch (IOException | DownloadException e) {
        failed(e, null);
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
        finish(FileFailures.translate(uri, target, thrown, bytes.remaining()));
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

  /** Gives the file this time of its last change; no write may follow. */
  Mono<Void> date(Instant modified) {
    return operation(
        () -> {
          name.date(modified);
          return null;
        });
  }

  /** Forces data and metadata to the disk. */
  Mono<Void> force() {
    return operation(
        () -> {
          channel.force(true);
          return null;
        });
  }

  /** Returns whether a write up to this end makes a file longer that has something already. */
  private synchronized boolean lengthens(long end) {
    return writtenEnd > 0 && end > writtenEnd;
  }

  /**
   * A file that was cut under our feet has holes where bytes were written, and its digest would not
   * tell: that is of what was received. A write that lengthens the file would hide it, and so is
   * preceded by a check; every other one is followed by it.
   */
  private void checkLength(long end) throws IOException {
    long least;
    synchronized (this) {
      writtenEnd = Math.max(writtenEnd, end);
      least = writtenEnd;
    }
    if (channel.size() < least) {
      throw new FileAccess(uri, target, Reason.LOST, null);
    }
  }

  /** Cuts the part file to the size. */
  Mono<Void> truncate(long size) {
    return operation(
        () -> {
          channel.truncate(size);
          synchronized (this) {
            writtenEnd = size;
          }
          return null;
        });
  }

  /** Checks the length of the file, all of which was written. */
  Mono<Void> checkSize(long total) {
    return operation(
        () -> {
          if (channel.size() != total) {
            // Somebody else has cut it, or written behind it.
            throw lost(null);
          }
          return null;
        });
  }

  /**
   * Gives the part file the target's name in one atomic step.
   *
   * @param overwrite whether an existing target is replaced; otherwise it fails with EXISTS
   */
  Mono<Void> commit(boolean overwrite) {
    return operation(
        () -> {
          name.commit(overwrite);
          synchronized (this) {
            committed = true;
          }
          return null;
        });
  }

  /**
   * Lets no new operation start, waits for those in flight, closes the channel, and deletes the
   * part file unless it has got its name or a later run can resume from it. Cached; starts with the
   * call.
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
    boolean given;
    synchronized (this) {
      named = committed;
      given = discarded;
    }
    try {
      boolean claimed = journal != null && journal.close();
      // Another file may have come into its place meanwhile: that is not ours to delete.
      boolean ours = !named && name.isSurelyHeld();
      if (claimed && ours && !given) {
        synchronized (this) {
          kept = true;
        }
        return null;
      }
      if (ours) {
        Files.deleteIfExists(part);
      }
      if (journal != null) {
        JournalFile.delete(target);
      }
    } catch (IOException e) {
      // The outcome of the download is known by now and stands: what could not be deleted stays.
      return null;
    } finally {
      name.giveBack();
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

  private DownloadException lost(@Nullable IOException cause) {
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
