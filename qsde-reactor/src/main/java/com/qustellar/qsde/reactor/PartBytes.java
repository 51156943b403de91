package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What stands in a part file, written and read at any offsets by many at once.
 *
 * <p>A file that somebody else cuts meanwhile is noticed. Safe from any thread; nothing blocks.
 */
final class PartBytes {

  private final IoPool io;
  private final FileOperations operations;
  private final AsynchronousFileChannel channel;

  // Guarded by this.
  private long writtenEnd;

  /** Makes it of a channel, which stays open until the operations have ended. */
  PartBytes(IoPool io, FileOperations operations, AsynchronousFileChannel channel) {
    this.io = io;
    this.operations = operations;
    this.channel = channel;
  }

  /** Writes all of the buffer at the offset, and releases it. */
  void write(ByteBuf data, long offset, PartFile.Listener listener) {
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
        return PartBytes.this.lengthens(offset + data.readableBytes());
      }
    }.start();
  }

  /** Fills the buffer's writable bytes from the offset; the caller keeps the buffer. */
  void read(ByteBuf into, long offset, PartFile.Listener listener) {
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
    private final PartFile.Listener listener;
    private long offset;

    Transfer(ByteBuffer bytes, long offset, @Nullable ByteBuf owned, PartFile.Listener listener) {
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
      if (operations.begin()) {
        if (lengthens()) {
          io.execute(this::checkAndStep);
        } else {
          step();
        }
      } else {
        io.execute(() -> finish(operations.closed()));
      }
    }

    private void checkAndStep() {
      try {
        check(0);
      } catch (IOException | RuntimeException | Error e) {
        failed(e, null);
        return;
      }
      step();
    }

    private void step() {
      try {
        go(bytes, offset);
      } catch (RuntimeException | Error e) {
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
      } catch (IOException | RuntimeException | Error e) {
        failed(e, null);
        return;
      }
      try {
        finish(null);
      } finally {
        operations.end();
      }
    }

    @Override
    public void failed(Throwable thrown, @Nullable Void attachment) {
      try {
        finish(operations.failure(thrown, bytes.remaining()));
      } finally {
        operations.end();
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
      throw operations.lost(null);
    }
  }

  /** Forces data and metadata to the disk. */
  Mono<Void> force() {
    return operations.call(
        () -> {
          channel.force(true);
          return null;
        });
  }

  /** Cuts the part file to the size. */
  Mono<Void> truncate(long size) {
    return operations.call(
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
    return operations.call(
        () -> {
          if (channel.size() != total) {
            // Somebody else has cut it, or written behind it.
            throw operations.lost(null);
          }
          return null;
        });
  }

  /** Tells what something thrown means for the download of this file. */
  DownloadException failure(Throwable thrown) {
    return operations.failure(thrown, 0);
  }
}
