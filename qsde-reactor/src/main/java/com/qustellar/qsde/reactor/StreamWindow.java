package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.reactor.StreamChunks.Chunk;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;

/**
 * The bytes of a stream between its connections and its one subscriber: put in where they belong,
 * taken out in order, as many buffers as are asked for.
 *
 * <p>Buffers are on the heap and belong to the subscriber from {@code onNext} on. Whoever brings
 * bytes, asks or cancels only leaves a note: the signals are sent on the executor, one at a time.
 */
final class StreamWindow extends Flux<ByteBuffer> implements Subscription {

  /** Hears that bytes have been passed on, where nobody wants to. */
  static final Runnable NOBODY = () -> {};

  private final Executor executor;
  private final StreamMemory memory;
  private final Consumer<ByteBuffer> digest;
  private final Runnable taken;
  private final Runnable cancel;
  private final AtomicInteger signals = new AtomicInteger();
  private final Sinks.Empty<Void> drained = Sinks.empty();

  // Guarded by this.
  private final StreamChunks chunks = new StreamChunks();
  private @Nullable CoreSubscriber<? super ByteBuffer> subscriber;
  private boolean subscribed;
  private long requested;
  private long next;
  private long position;
  private long goal = -1;
  private boolean complete;
  private @Nullable Throwable failure;
  private boolean over;

  /**
   * Makes one.
   *
   * @param executor where the subscriber's signals are sent
   * @param memory what the streams of the engine may hold
   * @param digest sees each buffer just before the subscriber has it; leaves it as it is, and ends
   *     the stream with the failure that it throws
   * @param taken told when there is less in here
   * @param cancel told that the subscriber has left
   */
  StreamWindow(
      Executor executor,
      StreamMemory memory,
      Consumer<ByteBuffer> digest,
      Runnable taken,
      Runnable cancel) {
    this.executor = executor;
    this.memory = memory;
    this.digest = digest;
    this.taken = taken;
    this.cancel = cancel;
  }

  // ---- what the connections bring

  /**
   * Puts bytes where they belong.
   *
   * @param passedOn run once the subscriber has them, or they have been forgotten
   */
  void put(long offset, ByteBuffer bytes, Runnable passedOn) {
    boolean due;
    synchronized (this) {
      if (over || failure != null) {
        return;
      }
      due = offset == next;
      memory.take(bytes.remaining());
      if (due) {
        chunks.put(offset, bytes, passedOn);
      } else {
        chunks.gather(offset, bytes, passedOn);
      }
    }
    if (due) {
      signal();
    }
  }

  /** Returns the offset of the first byte that the subscriber does not have. */
  synchronized long position() {
    return position;
  }

  /** Returns where the first byte is missing. */
  synchronized long prefixEnd() {
    return chunks.endOfRun(next);
  }

  /** Forgets what stands behind the prefix. */
  void keepPrefix() {
    forget(prefixEnd());
  }

  /** Forgets all; returns whether nothing of it was with the subscriber yet. */
  boolean clear() {
    forget(0);
    synchronized (this) {
      return next == 0;
    }
  }

  private void forget(long from) {
    List<Chunk> gone;
    synchronized (this) {
      gone = chunks.takeFrom(from);
    }
    for (Chunk chunk : gone) {
      memory.give(chunk.bytes().remaining());
      chunk.passedOn().run();
    }
    taken.run();
  }

  /** Completes when the subscriber has all of so many bytes. */
  Mono<Void> drained(long total) {
    return Mono.defer(
        () -> {
          synchronized (this) {
            goal = total;
            if (position == goal) {
              return Mono.empty();
            }
          }
          return drained.asMono();
        });
  }

  /** Ends the stream, all of which the subscriber has. */
  void complete() {
    synchronized (this) {
      complete = true;
    }
    signal();
  }

  /** Ends the stream where it is; the first reason counts. */
  void fail(Throwable thrown) {
    synchronized (this) {
      failure = failure == null ? thrown : failure;
    }
    // There may be no subscriber who would have them forgotten.
    forget(0);
    signal();
  }

  // ---- the subscriber

  @Override
  public void subscribe(CoreSubscriber<? super ByteBuffer> actual) {
    boolean first;
    synchronized (this) {
      first = !subscribed;
      subscribed = true;
    }
    if (!first) {
      Operators.error(actual, new IllegalStateException("a stream has one subscriber"));
      return;
    }
    actual.onSubscribe(this);
    // Nothing is sent before that has returned (Reactive Streams, rules 1.3 and 1.9).
    synchronized (this) {
      subscriber = over ? null : actual;
    }
    signal();
  }

  @Override
  public void request(long n) {
    if (n <= 0) {
      // Reactive Streams, rule 3.9.
      fail(new IllegalArgumentException("a subscriber asks for one buffer at least, not " + n));
      cancel.run();
      return;
    }
    synchronized (this) {
      requested = Operators.addCap(requested, n);
    }
    signal();
  }

  @Override
  public void cancel() {
    end();
    cancel.run();
  }

  // ---- its signals

  private void signal() {
    if (signals.getAndIncrement() > 0) {
      return;
    }
    try {
      executor.execute(this::send);
    } catch (RuntimeException | OutOfMemoryError e) {
      signals.set(0);
      throw e;
    }
  }

  private void send() {
    int seen = 1;
    do {
      sendAll();
      seen = signals.addAndGet(-seen);
    } while (seen > 0);
  }

  private void sendAll() {
    try {
      for (Runnable next = nextSignal(); next != null; next = nextSignal()) {
        next.run();
      }
    } catch (Throwable t) {
      // A subscriber that throws has broken its contract, and hears no more.
      cancel();
      throw t;
    }
  }

  private synchronized @Nullable Runnable nextSignal() {
    CoreSubscriber<? super ByteBuffer> to = subscriber;
    if (over || to == null) {
      return null;
    }
    Throwable thrown = failure;
    if (thrown != null) {
      return () -> {
        end();
        to.onError(thrown);
      };
    }
    if (complete) {
      return () -> {
        end();
        to.onComplete();
      };
    }
    Chunk chunk = requested > 0 ? chunks.take(next) : null;
    if (chunk == null) {
      return null;
    }
    next += chunk.bytes().remaining();
    if (requested < Long.MAX_VALUE) {
      requested--;
    }
    return () -> pass(chunk, to);
  }

  private void pass(Chunk chunk, CoreSubscriber<? super ByteBuffer> to) {
    ByteBuffer bytes = chunk.bytes();
    int length = bytes.remaining();
    try {
      digest.accept(bytes.duplicate());
    } catch (DownloadException e) {
      memory.give(length);
      fail(e);
      cancel.run();
      return;
    }
    try {
      to.onNext(bytes);
    } finally {
      memory.give(length);
    }
    boolean all;
    synchronized (this) {
      position += length;
      all = position == goal;
    }
    chunk.passedOn().run();
    taken.run();
    if (all) {
      drained.tryEmitEmpty();
    }
  }

  /** Nothing is sent from now on. */
  private void end() {
    synchronized (this) {
      over = true;
      // Reactive Streams, rule 3.13.
      subscriber = null;
    }
    forget(0);
  }
}
