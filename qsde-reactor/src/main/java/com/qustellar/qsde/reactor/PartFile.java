package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.internal.journal.Claim;
import com.qustellar.qsde.internal.journal.Crc32c;
import com.qustellar.qsde.internal.plan.ByteRange;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The file that a download writes into, beside its target, until one atomic step gives it the
 * target's name.
 *
 * <p>{@link #close} lets no new operation start, waits for those in flight, and only then closes
 * the channel, and deletes what has no name and nothing to resume from: nothing is written after a
 * download's terminal signal. Safe from any thread; only {@link #open} blocks.
 */
final class PartFile {

  /** Hears of the end of one transfer, on a thread of the pool where it is one of this file's. */
  interface Listener {
    /** All of the bytes are in the file, or in the buffer; or the reason why they are not. */
    void ended(@Nullable DownloadException failure);
  }

  private final Path target;
  private final PartName<AsynchronousFileChannel> name;
  private final FileOperations operations;
  private final PartBytes bytes;
  private final @Nullable JournalFile journal;
  private final Mono<Void> closed;
  private volatile boolean claiming = true;

  // Guarded by this.
  private boolean committed;
  private boolean discarded;
  private @Nullable Leftover left;

  private PartFile(
      IoPool io,
      URI uri,
      Path target,
      PartName<AsynchronousFileChannel> name,
      @Nullable JournalFile journal) {
    this.target = target;
    this.name = name;
    this.operations = new FileOperations(io, uri, target);
    this.bytes = new PartBytes(io, operations, name.channel());
    this.journal = journal;
    this.closed = operations.ended().then(Mono.defer(() -> io.call(this::release))).then().cache();
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
    } catch (IOException | RuntimeException | Error e) {
      // Only the next run would miss it; a disk that is full says so at the first write.
      journal = null;
    }
    return new PartFile(io, uri, target, name, journal);
  }

  /** Returns what stands in the file, to be written and read. */
  PartBytes bytes() {
    return bytes;
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

  /** Returns what has stayed for a later run, once this is closed; null if nothing has. */
  synchronized @Nullable Leftover left() {
    return left;
  }

  /** Gives the file this time of its last change; no write may follow. */
  Mono<Void> date(Instant modified) {
    return operations.call(
        () -> {
          name.date(modified);
          return null;
        });
  }

  /**
   * Gives the part file the target's name in one atomic step.
   *
   * @param overwrite whether an existing target is replaced; otherwise it fails with EXISTS
   */
  Mono<Void> commit(boolean overwrite) {
    return operations.call(
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
    operations.close();
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
      if (journal != null && claimed && ours && !given) {
        synchronized (this) {
          left = new Leftover(target, journal.mark());
        }
        return null;
      }
      if (ours) {
        Files.deleteIfExists(name.path());
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
}
