package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.HashAlgorithm;
import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The digest behind the contiguous written prefix.
 *
 * <p>Bytes that are written at the prefix, or close behind it, are kept and hashed as they pass;
 * what other connections wrote further on is read back, mostly from the page cache, when the prefix
 * reaches it. One task at a time runs on the pool, in short turns, so that writes are not held up.
 *
 * <p>The digest never passes the prefix, so a download that starts over needs a new hasher, and
 * nothing else.
 */
final class PrefixHasher {

  /** How far ahead of the digest a written buffer may be to be kept rather than read back. */
  private static final int AT_HAND = 4 << 20;

  /** What is read back at once: large enough to make a call cheap, small enough for a turn. */
  private static final int READ_BACK = 512 << 10;

  private static final int BLOCKS_PER_TURN = 4;

  private final HashAlgorithm algorithm;
  private final MessageDigest digest;
  private final PartBytes file;
  private final IoPool io;
  private final Sinks.One<Checksum> result = Sinks.one();
  private final Sinks.Empty<Void> stopped = Sinks.empty();

  // Guarded by this.
  private long prefix;
  private final TreeMap<Long, ByteBuf> atHand = new TreeMap<>();
  private long atHandBytes;
  private long hashed;
  private long total = -1;
  private boolean running;
  private boolean cancelled;

  PrefixHasher(HashAlgorithm algorithm, PartBytes file, IoPool io) {
    this(algorithm, algorithm.newDigest(), file, io);
  }

  PrefixHasher(HashAlgorithm algorithm, MessageDigest digest, PartBytes file, IoPool io) {
    this.algorithm = algorithm;
    this.digest = digest;
    this.file = file;
    this.io = io;
  }

  /**
   * The buffer's bytes are in the file at the offset, and everything up to the prefix's end is. The
   * buffer stays the caller's.
   */
  void written(long offset, ByteBuf data, long prefixEnd) {
    int length = data.readableBytes();
    synchronized (this) {
      if (cancelled) {
        return;
      }
      if (offset + length - hashed <= AT_HAND && atHandBytes + length <= AT_HAND) {
        ByteBuf before = atHand.put(offset, data.retainedSlice());
        atHandBytes += length;
        if (before != null) {
          // Written again, with the same bytes: ranges had been refused meanwhile.
          atHandBytes -= before.readableBytes();
          before.release();
        }
      }
    }
    reached(prefixEnd);
  }

  /** Everything up to there is in the file. */
  void reached(long prefixEnd) {
    synchronized (this) {
      // Calls may overtake each other.
      prefix = Math.max(prefix, prefixEnd);
      if (running || cancelled || prefix <= hashed) {
        return;
      }
      running = true;
    }
    io.execute(this::turn);
  }

  /** Gives the digest of the whole, all of which has been written. */
  Mono<Checksum> finish(long totalBytes) {
    return Mono.defer(
        () -> {
          synchronized (this) {
            total = totalBytes;
            prefix = totalBytes;
            if (!running && !cancelled) {
              running = true;
              io.execute(this::turn);
            }
          }
          return result.asMono();
        });
  }

  /** Stops after the block at hand and lets go of every buffer; completes when it has. */
  Mono<Void> cancel() {
    synchronized (this) {
      cancelled = true;
      if (running) {
        return stopped.asMono();
      }
      releaseAll();
    }
    return Mono.empty();
  }

  private void turn() {
    attempt(this::step);
  }

  /** Whatever is thrown ends it: who cancels would wait for it for ever. */
  private void attempt(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | OutOfMemoryError e) {
      fail(file.failure(e));
    }
  }

  private void step() {
    for (int i = 0; i < BLOCKS_PER_TURN; i++) {
      ByteBuf block;
      long from;
      int length;
      synchronized (this) {
        if (cancelled) {
          running = false;
          releaseAll();
          stopped.tryEmitEmpty();
          return;
        }
        dropPassed();
        from = hashed;
        Map.Entry<Long, ByteBuf> next = atHand.firstEntry();
        if (next != null && next.getKey() == from) {
          block = next.getValue();
          atHand.remove(from);
          atHandBytes -= block.readableBytes();
          length = 0;
        } else {
          long end = Math.min(prefix, from + READ_BACK);
          end = next == null ? end : Math.min(end, next.getKey());
          if (end <= from) {
            running = false;
            if (from == total) {
              result.tryEmitValue(Checksum.of(algorithm, digest.digest()));
            }
            return;
          }
          length = (int) (end - from);
          block = Buffers.POOL.directBuffer(length, length);
        }
      }
      if (length > 0) {
        readBack(block, from);
        return;
      }
      update(block);
    }
    io.execute(this::turn);
  }

  private void readBack(ByteBuf block, long from) {
    file.read(
        block,
        from,
        failure -> {
          if (failure == null) {
            attempt(
                () -> {
                  update(block);
                  step();
                });
          } else {
            block.release();
            fail(failure);
          }
        });
  }

  private void update(ByteBuf block) {
    try {
      int length = block.readableBytes();
      digest.update(block.nioBuffer());
      synchronized (this) {
        hashed += length;
      }
    } finally {
      block.release();
    }
  }

  private void fail(DownloadException failure) {
    synchronized (this) {
      running = false;
      cancelled = true;
      releaseAll();
    }
    stopped.tryEmitEmpty();
    result.tryEmitError(failure);
  }

  /** Lets go of buffers that a read back has overtaken. */
  private void dropPassed() {
    Map.@Nullable Entry<Long, ByteBuf> first = atHand.firstEntry();
    while (first != null && first.getKey() < hashed) {
      atHand.pollFirstEntry();
      atHandBytes -= first.getValue().readableBytes();
      first.getValue().release();
      first = atHand.firstEntry();
    }
  }

  private void releaseAll() {
    atHand.values().forEach(ByteBuf::release);
    atHand.clear();
    atHandBytes = 0;
  }
}
