package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.internal.journal.Claim;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.RangeSet;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A small file that is held in memory until all of it has come, and then made in one go: of
 * thousands each costs one turn of the pool, instead of one for every step.
 *
 * <p>Nothing of it is on the disk before, so nothing can be left of it either.
 */
final class HeldDraft implements Draft {

  /** The most bytes of a file that is held: what fits into one write. */
  static final int MOST = 256 << 10;

  private final Acts acts;
  private final URI uri;
  private final Path target;
  private final boolean directory;
  private final @Nullable HashAlgorithm algorithm;
  private final MemoryBudget budget;
  private final int total;

  // Guarded by this.
  private final ByteBuf bytes;
  private final RangeSet ranges = new RangeSet();
  private boolean ended;

  /** Runs what blocks, so that the end of the download waits for it. */
  interface Acts {
    /** Calls the function on a thread that may block, when subscribed to. */
    <T> Mono<T> call(Callable<T> function);
  }

  /**
   * Makes one, with nothing in it, where there is room for all of it.
   *
   * @param directory whether the target's name has only just become known
   * @param algorithm that of the digest, if there is to be one
   * @return null where there is no room
   */
  static @Nullable HeldDraft begin(
      Acts acts,
      URI uri,
      Path target,
      boolean directory,
      int total,
      @Nullable HashAlgorithm algorithm,
      MemoryBudget budget) {
    if (!budget.hold(total)) {
      return null;
    }
    try {
      ByteBuf bytes = Buffers.POOL.directBuffer(total, total);
      return new HeldDraft(acts, uri, target, directory, bytes, algorithm, budget);
    } catch (OutOfMemoryError e) {
      // Others in this JVM have it; a file can be written without.
      budget.letGo(total);
      return null;
    }
  }

  private HeldDraft(
      Acts acts,
      URI uri,
      Path target,
      boolean directory,
      ByteBuf bytes,
      @Nullable HashAlgorithm algorithm,
      MemoryBudget budget) {
    this.acts = acts;
    this.uri = uri;
    this.target = target;
    this.directory = directory;
    this.algorithm = algorithm;
    this.bytes = bytes;
    this.total = bytes.capacity();
    this.budget = budget;
  }

  /** All that comes is gathered as it is. */
  @Override
  public int gatherSize(int wanted) {
    return 1;
  }

  @Override
  public void write(ByteBuf data, long offset, PartFile.Listener listener) {
    DownloadException failure = null;
    try {
      keep(data, offset);
    } catch (IOException | RuntimeException e) {
      failure = FileFailures.translate(uri, target, e);
    }
    try {
      listener.ended(failure);
    } finally {
      data.release();
    }
  }

  private synchronized void keep(ByteBuf data, long offset) throws IOException {
    if (ended) {
      throw new ClosedChannelException();
    }
    bytes.setBytes(Math.toIntExact(offset), data, data.readerIndex(), data.readableBytes());
  }

  @Override
  public synchronized void written(long offset, ByteBuf data) {
    ranges.add(new ByteRange(offset, offset + data.readableBytes()));
  }

  @Override
  public Mono<Void> check(List<Claim> claims, Consumer<ByteRange> missed) {
    return Mono.empty();
  }

  @Override
  public void claimNoMore() {
    // No later run can have anything of it.
  }

  @Override
  public synchronized long prefixEnd() {
    return ranges.prefixEnd();
  }

  @Override
  public synchronized long keepPrefix() {
    long prefix = ranges.prefixEnd();
    ranges.remove(new ByteRange(prefix, Long.MAX_VALUE));
    return prefix;
  }

  @Override
  public Mono<Void> clear() {
    return Mono.fromRunnable(this::forget);
  }

  private synchronized void forget() {
    ranges.remove(new ByteRange(0, Long.MAX_VALUE));
  }

  @Override
  public Mono<Optional<Checksum>> digest(long total) {
    HashAlgorithm wanted = algorithm;
    if (wanted == null) {
      return Mono.just(Optional.empty());
    }
    return acts.call(
        () -> {
          ByteBuf whole = whole();
          try {
            MessageDigest digest = wanted.newDigest();
            digest.update(whole.nioBuffer());
            return Optional.of(Checksum.of(wanted, digest.digest()));
          } finally {
            whole.release();
          }
        });
  }

  @Override
  public Mono<Boolean> commit(
      DownloadRequest request, @Nullable Instant modified, BooleanSupplier begins) {
    return acts.call(
        () -> {
          ByteBuf whole = whole();
          try {
            return make(request, whole.nioBuffer(), modified, begins);
          } catch (IOException | RuntimeException e) {
            throw FileFailures.translate(uri, target, e, whole.readableBytes());
          } finally {
            whole.release();
          }
        });
  }

  /** Returns the bytes, for the caller to release: the end may be told meanwhile. */
  private synchronized ByteBuf whole() {
    if (ended) {
      throw new FileAccess(uri, target, Reason.LOST, new ClosedChannelException());
    }
    return bytes.retainedSlice(0, total);
  }

  private boolean make(
      DownloadRequest request, ByteBuffer whole, @Nullable Instant modified, BooleanSupplier begins)
      throws IOException {
    if (directory) {
      Targets.checkFree(request, target);
    }
    PartName<FileChannel> name =
        PartName.take(PartChannels.blocking(), uri, target, this::isUsable);
    boolean committed = false;
    try {
      write(name.channel(), whole);
      if (modified != null) {
        name.date(modified);
      }
      if (Boolean.TRUE.equals(request.fsync())) {
        name.channel().force(true);
      }
      if (begins.getAsBoolean()) {
        name.commit(Targets.mayReplace(request));
        committed = true;
      }
      return committed;
    } finally {
      if (!committed) {
        name.delete();
      }
      name.giveBack();
    }
  }

  /** What another run has left meanwhile is of no use here, and its journal goes with it. */
  private boolean isUsable(long length) throws IOException {
    JournalFile.delete(target);
    return false;
  }

  private void write(FileChannel channel, ByteBuffer whole) throws IOException {
    while (whole.hasRemaining()) {
      channel.write(whole, whole.position());
    }
    if (channel.size() != total) {
      // Somebody else has cut it, or written behind it.
      throw new FileAccess(uri, target, Reason.LOST, null);
    }
  }

  @Override
  public Mono<Void> end() {
    return Mono.fromRunnable(this::letGo);
  }

  private void letGo() {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      bytes.release();
    }
    // By its own number: the buffer may be another owner's by now.
    budget.letGo(total);
  }
}
