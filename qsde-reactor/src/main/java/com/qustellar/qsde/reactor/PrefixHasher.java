package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.HashAlgorithm;
import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
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

  /** How far behind the prefix it may be before who writes there waits for it. */
  private static final int LAG = 16 << 20;

  /** How far at most: what an earlier run has left takes longer than the net should stand still. */
  private static final int LONGEST_LAG = 512 << 20;

  /** What is read back at once: large enough to make a call cheap, small enough for a turn. */
  private static final int READ_BACK = 512 << 10;

  private static final int BLOCKS_PER_TURN = 4;

  private final HashAlgorithm algorithm;
  private final MessageDigest digest;
  private final PartBytes file;
  private final IoPool io;
  private final MemoryBudget budget;
  private final Sinks.One<Checksum> result = Sinks.one();
  private final Sinks.Empty<Void> stopped = Sinks.empty();

  /**
   * What is hashed next, of which the digest is the owner by now.
   *
   * @param atHand whether the bytes are in it, and not still to be read back
   */
  private record Block(ByteBuf bytes, boolean atHand) {}

  // Guarded by this.
  private long prefix;
  private final AtHand atHand;
  private List<Runnable> waiting = new ArrayList<>();
  private long hashed;
  private long total = -1;
  private boolean running;
  private boolean cancelled;

  /**
   * Begins one of an empty file.
   *
   * @param budget where the buffers that are kept find room
   */
  PrefixHasher(HashAlgorithm algorithm, PartBytes file, IoPool io, MemoryBudget budget) {
    this(algorithm, algorithm.newDigest(), file, io, budget);
  }

  PrefixHasher(
      HashAlgorithm algorithm,
      MessageDigest digest,
      PartBytes file,
      IoPool io,
      MemoryBudget budget) {
    this.algorithm = algorithm;
    this.digest = digest;
    this.file = file;
    this.io = io;
    this.budget = budget;
    this.atHand = new AtHand(budget);
  }

  /**
   * The buffer's bytes are in the file at the offset, and everything up to the prefix's end is. The
   * buffer stays the caller's.
   */
  void written(long offset, ByteBuf data, long prefixEnd) {
    synchronized (this) {
      if (cancelled) {
        return;
      }
      atHand.keep(offset, data, hashed);
    }
    reached(prefixEnd);
  }

  /**
   * Runs the task once bytes at the offset are of use: at once, unless they would go on a prefix
   * that the digest is far behind, and soon will not be. They would only be written to be read
   * back.
   */
  void whenNear(long offset, Runnable task) {
    synchronized (this) {
      if (running && isFar() && offset <= prefix + LAG) {
        waiting.add(task);
        return;
      }
    }
    task.run();
  }

  /** Returns whether who writes at the prefix waits for it, or soon will. */
  synchronized boolean isBehind() {
    return isBehindBy(LAG / 2);
  }

  /** Under the lock. */
  private boolean isFar() {
    return isBehindBy(LAG);
  }

  private boolean isBehindBy(int bytes) {
    long lag = prefix - hashed;
    return lag > bytes && lag <= LONGEST_LAG;
  }

  /** Gives back the room of what is not kept any more, and lets those go on that waited. */
  private void settle() {
    List<Runnable> next = List.of();
    int back;
    synchronized (this) {
      back = atHand.unneeded();
      if (!waiting.isEmpty() && !(running && isFar())) {
        next = waiting;
        waiting = new ArrayList<>();
      }
    }
    if (back > 0) {
      budget.giveSpare(back);
    }
    next.forEach(Runnable::run);
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
      atHand.dropAll();
    }
    settle();
    return Mono.empty();
  }

  private void turn() {
    attempt(this::step);
  }

  /** Whatever is thrown ends it: who cancels would wait for it for ever. */
  private void attempt(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      fail(file.failure(e));
    }
  }

  private void step() {
    for (int i = 0; i < BLOCKS_PER_TURN; i++) {
      Block next = next();
      if (next == null) {
        return;
      }
      if (!next.atHand()) {
        readBack(next.bytes());
        return;
      }
      update(next.bytes());
    }
    settle();
    io.execute(this::turn);
  }

  /** Returns what is hashed next; null if nothing is, for now or at all. */
  private @Nullable Block next() {
    boolean stop;
    boolean done;
    synchronized (this) {
      stop = cancelled;
      if (stop) {
        atHand.dropAll();
      } else {
        Block found = find();
        if (found != null) {
          return found;
        }
      }
      running = false;
      done = !stop && hashed == total;
    }
    settle();
    if (stop) {
      stopped.tryEmitEmpty();
    } else if (done) {
      result.tryEmitValue(Checksum.of(algorithm, digest.digest()));
    }
    return null;
  }

  /** Returns what stands at the digest's end, null if that is the prefix's; under the lock. */
  private @Nullable Block find() {
    atHand.dropBefore(hashed);
    ByteBuf kept = atHand.take(hashed);
    if (kept != null) {
      return new Block(kept, true);
    }
    long end = Math.min(prefix, Math.min(hashed + READ_BACK, atHand.first()));
    int length = (int) (end - hashed);
    return length > 0 ? new Block(Buffers.POOL.directBuffer(length, length), false) : null;
  }

  private void readBack(ByteBuf block) {
    long from;
    synchronized (this) {
      from = hashed;
    }
    file.read(
        block,
        from,
        failure -> {
          if (failure == null) {
            attempt(
                () -> {
                  update(block);
                  settle();
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
      atHand.dropAll();
    }
    settle();
    stopped.tryEmitEmpty();
    result.tryEmitError(failure);
  }
}
