package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

/**
 * Writes the body of one answer to where it goes: from a connection straight to the disk, say.
 *
 * <p>At most {@value #WINDOW} buffers are asked for or being written at any moment, so demand
 * follows completed writes, and a slow disk slows the socket. While the engine's memory budget is
 * used up nothing more is asked for.
 *
 * <p>Ownership: a buffer belongs to the connection until {@code onNext} returns; what is kept is
 * {@link Gathering}'s, under this object's lock, and then its write's, which releases it. Every
 * byte that {@link #position} counts has been given to a write, also after an error or a
 * cancellation, so a retry goes on at that byte once {@link #idle} has completed.
 */
final class SegmentWriter implements CoreSubscriber<ByteBuf> {

  private static final int WINDOW = 2;

  /** Where what is received goes and who counts it. */
  interface Target {
    /** Bytes have arrived. */
    void received(int bytes);

    /** Runs the task as soon as more bytes are of use that stand at the offset; at once, mostly. */
    default void whenWanted(long offset, Runnable ask) {
      ask.run();
    }

    /** Puts all of the buffer at the offset, releases it, and tells the listener. */
    void write(ByteBuf data, long offset, PartFile.Listener listener);

    /** Bytes have been put there; called before the buffer is released. */
    void written(long offset, ByteBuf data);
  }

  private final MemoryBudget budget;
  private final ReadTurns turns;
  private final Target target;
  private final Context context;
  private final Sinks.Empty<Void> idle = Sinks.empty();

  // Guarded by this.
  private final Gathering gathering;
  private @Nullable Subscription upstream;
  private @Nullable MonoSink<Void> sink;
  private long end;
  private boolean cut;
  private long skip;
  private long activity;
  private int asked;
  private int writing;
  private boolean waitingForRoom;
  private boolean ended;
  private @Nullable Throwable failure;

  /**
   * Prepares to write a body.
   *
   * @param position the offset of the first byte that is kept
   * @param end the offset after the last byte that is wanted
   * @param skip how many bytes of the body come before {@code position} and are discarded
   * @param gatherSize how many bytes small buffers are gathered to
   */
  SegmentWriter(
      Target target,
      MemoryBudget budget,
      ReadTurns turns,
      long position,
      long end,
      long skip,
      int gatherSize,
      Context context) {
    this.budget = budget;
    this.turns = turns;
    this.target = target;
    this.gathering = new Gathering(position, gatherSize, WINDOW);
    this.end = end;
    this.skip = skip;
    this.context = context;
  }

  /**
   * Writes the body. Completes, or fails as the body or a write does, once every write has ended.
   */
  Mono<Void> write(Flux<ByteBuf> body) {
    return Mono.create(
        s -> {
          synchronized (this) {
            sink = s;
          }
          s.onDispose(this::cancel);
          body.subscribe(this);
        });
  }

  /** Returns the offset after the last byte that has been given to a write. */
  synchronized long position() {
    return gathering.position();
  }

  /**
   * Completes when the body has ended or been given up, and every write of it has ended; fails if a
   * write failed, as then the bytes before {@link #position} are not all in the file.
   */
  Mono<Void> idle() {
    return idle.asMono();
  }

  /** Returns a number that changes whenever bytes arrive or are asked for. */
  synchronized long activity() {
    // What has ended only waits for its writes, however slow they are.
    return ended || asked == 0 ? StallWatch.CONTENT : activity;
  }

  @Override
  public Context currentContext() {
    return context;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    synchronized (this) {
      if (ended) {
        subscription.cancel();
        return;
      }
      upstream = subscription;
    }
    ask();
  }

  @Override
  public void onNext(ByteBuf data) {
    boolean enough = false;
    Throwable broken = null;
    int length = data.readableBytes();
    synchronized (this) {
      if (ended) {
        return;
      }
      asked--;
      activity++;
      turns.came(length);
      try {
        int skipped = (int) Math.min(skip, data.readableBytes());
        data.skipBytes(skipped);
        skip -= skipped;
        int wanted = (int) Math.min(data.readableBytes(), end - gathering.position());
        if (wanted > 0) {
          gathering.add(data.slice(data.readerIndex(), wanted), end);
          budget.take(wanted);
          target.received(wanted);
        }
        enough = wanted < data.readableBytes() || (cut && gathering.position() == end);
      } catch (RuntimeException | OutOfMemoryError e) {
        broken = e;
      }
    }
    writeDue();
    if (broken != null) {
      end(broken, true);
    } else if (enough) {
      // More than was asked for: stop at the boundary, and close the connection by cancelling.
      end(null, true);
    } else {
      ask();
    }
  }

  @Override
  public void onComplete() {
    end(null, false);
  }

  @Override
  public void onError(Throwable thrown) {
    end(thrown, false);
  }

  /** Wants less of the body; returns whether it does, as it may be there already. */
  synchronized boolean cut(long at) {
    if (ended || at <= gathering.position() || at >= end) {
      return false;
    }
    end = at;
    cut = true;
    return true;
  }

  /** Ends the body where it is. */
  void giveUp() {
    end(null, true);
  }

  private void cancel() {
    synchronized (this) {
      // Nobody listens any more: what a write still meets is only for who waits for it.
      sink = null;
    }
    end(null, true);
  }

  private void end(@Nullable Throwable thrown, boolean cancelUpstream) {
    Subscription source;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      failure = failure == null ? thrown : failure;
      source = upstream;
      if (asked > 0) {
        turns.came(0);
      }
      gathering.flush();
    }
    writeDue();
    if (cancelUpstream && source != null) {
      source.cancel();
    }
    endWhenWritten();
  }

  /** Writes once the lock is free: others' locks are taken on that way. */
  private void writeDue() {
    for (Gathering.Write next = nextDue(); next != null; next = nextDue()) {
      ByteBuf data = next.data();
      long offset = next.offset();
      int length = data.readableBytes();
      target.write(data, offset, failed -> ended(data, offset, length, failed));
    }
  }

  private synchronized Gathering.@Nullable Write nextDue() {
    Gathering.Write next = gathering.poll();
    if (next != null) {
      writing++;
    }
    return next;
  }

  private void ended(ByteBuf data, long offset, int length, @Nullable DownloadException failed) {
    try {
      if (failed == null) {
        target.written(offset, data);
      }
    } finally {
      budget.give(length);
      synchronized (this) {
        writing--;
        // In one step: whoever sees that nothing is being written any more sees why as well.
        if (failed != null && !(failure instanceof DownloadException)) {
          failure = failed;
        }
      }
      if (failed == null) {
        ask();
      } else {
        end(failed, true);
      }
      endWhenWritten();
    }
  }

  /** Returns how many writes are due or under way; called under the lock. */
  private int unwritten() {
    return gathering.due() + writing;
  }

  private void endWhenWritten() {
    MonoSink<Void> downstream;
    Throwable thrown;
    synchronized (this) {
      if (!ended || unwritten() > 0) {
        return;
      }
      downstream = sink;
      sink = null;
      thrown = failure;
    }
    if (thrown instanceof DownloadException) {
      idle.tryEmitError(thrown);
    } else {
      idle.tryEmitEmpty();
    }
    if (downstream == null) {
      return;
    }
    if (thrown == null) {
      downstream.success();
    } else {
      downstream.error(thrown);
    }
  }

  /** Asks for one more buffer when the window and the budget have room for it. */
  private void ask() {
    synchronized (this) {
      if (ended || waitingForRoom || asked > 0 || asked + unwritten() >= WINDOW) {
        return;
      }
      waitingForRoom = true;
    }
    if (!budget.whenRoom(this::askWhenDue)) {
      // What is gathered takes room and would wait for more, as all the others' may.
      synchronized (this) {
        gathering.flush();
      }
      writeDue();
    }
  }

  private void askWhenDue() {
    target.whenWanted(position(), () -> turns.whenDue(this::askNow));
  }

  private void askNow() {
    Subscription source;
    synchronized (this) {
      waitingForRoom = false;
      if (ended) {
        turns.came(0);
        return;
      }
      asked++;
      source = upstream;
      activity++;
    }
    if (source != null) {
      source.request(1);
    }
  }
}
