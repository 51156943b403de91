package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.internal.journal.Claim;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.RangeSet;
import io.netty.buffer.ByteBuf;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What stands in the part file, by completed writes alone, and the digest that follows its
 * contiguous prefix.
 */
final class WrittenDraft implements Draft {

  private final PartFile file;
  private final @Nullable HashAlgorithm algorithm;
  private final IoPool io;
  private final MemoryBudget budget;

  // Guarded by itself.
  private final RangeSet ranges = new RangeSet();
  private boolean checking = true;

  private volatile @Nullable PrefixHasher hasher;

  /**
   * Begins with nothing.
   *
   * @param algorithm that of the digest, if there is to be one
   * @param budget where what the digest has at hand finds room
   */
  WrittenDraft(PartFile file, @Nullable HashAlgorithm algorithm, IoPool io, MemoryBudget budget) {
    this.file = file;
    this.algorithm = algorithm;
    this.io = io;
    this.budget = budget;
    this.hasher = newHasher();
  }

  private @Nullable PrefixHasher newHasher() {
    return algorithm == null ? null : new PrefixHasher(algorithm, file.bytes(), io, budget);
  }

  @Override
  public int gatherSize(int wanted) {
    return wanted;
  }

  @Override
  public void write(ByteBuf data, long offset, PartFile.Listener listener) {
    file.bytes().write(data, offset, listener);
  }

  @Override
  public void whenWanted(long offset, Runnable ask) {
    PrefixHasher digest = hasher;
    if (digest == null) {
      ask.run();
    } else {
      digest.whenNear(offset, ask);
    }
  }

  @Override
  public boolean isBehind() {
    PrefixHasher digest = hasher;
    return digest != null && digest.isBehind();
  }

  @Override
  public void written(long offset, ByteBuf data) {
    long prefix = add(new ByteRange(offset, offset + data.readableBytes()));
    PrefixHasher digest = hasher;
    if (digest != null) {
      digest.written(offset, data, prefix);
    }
    file.claim(offset, data);
  }

  @Override
  public Mono<Void> check(List<Claim> claims, Consumer<ByteRange> missed) {
    return ResumeCheck.run(
        file.bytes(),
        claims,
        new ResumeCheck.Outcome() {
          @Override
          public void confirmed(Claim claim) {
            long prefix = checked(claim.range());
            PrefixHasher digest = hasher;
            if (digest != null) {
              digest.reached(prefix);
            }
          }

          @Override
          public void refuted(Claim claim) {
            missed.accept(claim.range());
          }
        });
  }

  @Override
  public void claimNoMore() {
    file.claimNoMore();
  }

  /** What is found after the prefix alone was kept is fetched anew, and may be written already. */
  private long checked(ByteRange range) {
    synchronized (ranges) {
      return checking ? add(range) : ranges.prefixEnd();
    }
  }

  private long add(ByteRange range) {
    synchronized (ranges) {
      ranges.add(range);
      return ranges.prefixEnd();
    }
  }

  @Override
  public long prefixEnd() {
    synchronized (ranges) {
      return ranges.prefixEnd();
    }
  }

  @Override
  public long keepPrefix() {
    synchronized (ranges) {
      checking = false;
      long prefix = ranges.prefixEnd();
      ranges.remove(new ByteRange(prefix, Long.MAX_VALUE));
      return prefix;
    }
  }

  @Override
  public Mono<Void> clear() {
    synchronized (ranges) {
      checking = false;
      ranges.remove(new ByteRange(0, Long.MAX_VALUE));
    }
    Mono<Void> ended = end();
    hasher = newHasher();
    return ended.then(file.bytes().truncate(0));
  }

  @Override
  public Mono<Optional<Checksum>> digest(long total) {
    return file.bytes()
        .checkSize(total)
        .then(
            Mono.defer(
                () -> {
                  PrefixHasher digest = hasher;
                  return digest == null
                      ? Mono.just(Optional.empty())
                      : digest.finish(total).map(Optional::of);
                }));
  }

  @Override
  public Mono<Boolean> commit(
      DownloadRequest request, @Nullable Instant modified, BooleanSupplier begins) {
    // What has a journal is large: a file that a power cut has spoilt would cost too much.
    boolean fsync = request.fsync() == null ? file.isJournaled() : request.fsync();
    Mono<Void> dated = modified == null ? Mono.empty() : file.date(modified);
    Mono<Void> forced = fsync ? file.bytes().force() : Mono.empty();
    return dated
        .then(forced)
        .then(
            Mono.defer(
                () ->
                    begins.getAsBoolean()
                        ? file.commit(Targets.mayReplace(request)).thenReturn(true)
                        : Mono.just(false)));
  }

  @Override
  public Mono<Void> end() {
    PrefixHasher digest = hasher;
    return digest == null ? Mono.empty() : digest.cancel();
  }
}
