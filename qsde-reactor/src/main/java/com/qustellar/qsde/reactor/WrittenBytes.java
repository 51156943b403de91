package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.RangeSet;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What stands in the part file, by completed writes alone, and the digest that follows its
 * contiguous prefix.
 */
final class WrittenBytes {

  private final PartFile file;
  private final @Nullable HashAlgorithm algorithm;
  private final IoPool io;

  // Guarded by itself.
  private final RangeSet ranges = new RangeSet();

  private volatile @Nullable PrefixHasher hasher;

  /**
   * Begins with nothing.
   *
   * @param algorithm that of the digest, if there is to be one
   */
  WrittenBytes(PartFile file, @Nullable HashAlgorithm algorithm, IoPool io) {
    this.file = file;
    this.algorithm = algorithm;
    this.io = io;
    this.hasher = newHasher();
  }

  private @Nullable PrefixHasher newHasher() {
    return algorithm == null ? null : new PrefixHasher(algorithm, file, io);
  }

  /** The buffer's bytes are in the file at the offset; the buffer stays the caller's. */
  void written(long offset, ByteBuf data) {
    long prefix = add(new ByteRange(offset, offset + data.readableBytes()));
    PrefixHasher digest = hasher;
    if (digest != null) {
      digest.written(offset, data, prefix);
    }
    file.claim(offset, data);
  }

  /** An earlier run has put the bytes there, and they still are what they were. */
  void confirmed(ByteRange range) {
    long prefix = add(range);
    PrefixHasher digest = hasher;
    if (digest != null) {
      digest.reached(prefix);
    }
  }

  private long add(ByteRange range) {
    synchronized (ranges) {
      ranges.add(range);
      return ranges.prefixEnd();
    }
  }

  /** Returns where the first byte is missing. */
  long prefixEnd() {
    synchronized (ranges) {
      return ranges.prefixEnd();
    }
  }

  /** Forgets what stands behind the prefix, and returns where that ends. */
  long keepPrefix() {
    synchronized (ranges) {
      long prefix = ranges.prefixEnd();
      ranges.remove(new ByteRange(prefix, Long.MAX_VALUE));
      return prefix;
    }
  }

  /** Begins again with nothing; no write is under way. */
  Mono<Void> clear() {
    synchronized (ranges) {
      ranges.remove(new ByteRange(0, Long.MAX_VALUE));
    }
    Mono<Void> ended = endDigest();
    hasher = newHasher();
    return ended.then(file.truncate(0));
  }

  /** Returns the digest of a file of this length, which is written; empty where none is asked. */
  Mono<Optional<Checksum>> digest(long total) {
    PrefixHasher digest = hasher;
    return digest == null ? Mono.just(Optional.empty()) : digest.finish(total).map(Optional::of);
  }

  /** Ends the digest; completes when it no longer runs. */
  Mono<Void> endDigest() {
    PrefixHasher digest = hasher;
    return digest == null ? Mono.empty() : digest.cancel();
  }
}
