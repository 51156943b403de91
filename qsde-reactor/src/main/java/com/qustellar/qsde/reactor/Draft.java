package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.internal.journal.Claim;
import com.qustellar.qsde.internal.plan.ByteRange;
import io.netty.buffer.ByteBuf;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What has come of a file, until one atomic step gives it the target's name.
 *
 * <p>Safe from any thread.
 */
interface Draft {

  /** Returns the size that small reads are gathered to before they are written. */
  int gatherSize(int wanted);

  /** Runs the task as soon as more bytes are of use that stand at the offset; at once, mostly. */
  default void whenWanted(long offset, Runnable ask) {
    ask.run();
  }

  /** Returns whether more comes than it can take. */
  default boolean isBehind() {
    return false;
  }

  /** Puts all of the buffer at the offset, releases it, and tells the listener. */
  void write(ByteBuf data, long offset, PartFile.Listener listener);

  /** The buffer's bytes have been put at the offset; the buffer stays the caller's. */
  void written(long offset, ByteBuf data);

  /**
   * Checks what an earlier run has left, which counts as written from then on.
   *
   * @param missed told what is not there any more
   */
  Mono<Void> check(List<Claim> claims, Consumer<ByteRange> missed);

  /** Lets a later run have nothing of what comes now: it need not be of the same version. */
  void claimNoMore();

  /** Returns where the first byte is missing. */
  long prefixEnd();

  /** Forgets what stands behind the prefix, and returns where that ends. */
  long keepPrefix();

  /** Begins again with nothing; no write is under way. */
  Mono<Void> clear();

  /**
   * Gives the digest of the whole, all of which has been written; empty where none is asked.
   *
   * @param total the bytes that it must have
   */
  Mono<Optional<Checksum>> digest(long total);

  /**
   * Gives the file the target's name in one atomic step.
   *
   * @param modified the time of its last change; null for now
   * @param begins asked just before: whether it still may be done
   * @return whether it was
   */
  Mono<Boolean> commit(DownloadRequest request, @Nullable Instant modified, BooleanSupplier begins);

  /** Ends what runs on its behalf; completes when it no longer does. */
  Mono<Void> end();
}
