package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.internal.rate.Pacer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Lets reads be asked for one after the other, at a bounded rate; at once where there is no bound.
 */
final class Throttle {

  private final LongSupplier bytesPerSecond;
  private final Scheduler scheduler;

  // Guarded by this.
  private final Pacer pacer = new Pacer();
  private final Queue<Read> queue = new ArrayDeque<>(1);
  private @Nullable Disposable timer;

  /** A read that wants to be asked for; hears what was charged for it. */
  private record Read(int size, IntConsumer ask) {}

  /**
   * Makes one.
   *
   * @param bytesPerSecond the rate as it is now
   */
  Throttle(LongSupplier bytesPerSecond, Scheduler scheduler) {
    this.bytesPerSecond = bytesPerSecond;
    this.scheduler = scheduler;
  }

  /** Returns the size of reads that come evenly at the rate as it is now. */
  int readSize() {
    return Pacer.readSize(bytesPerSecond.getAsLong());
  }

  /**
   * Runs the task when the turn of its read has come, on the caller's thread or another's.
   *
   * @param ask is given what was charged for the read: {@link #came} wants to know
   */
  void whenDue(int size, IntConsumer ask) {
    if (bytesPerSecond.getAsLong() == Limits.UNLIMITED) {
      ask.accept(0);
      return;
    }
    synchronized (this) {
      queue.add(new Read(size, ask));
    }
    drain();
  }

  /** Puts right what was charged for a read, once its bytes have come, or it was given up. */
  void came(int charged, int bytes) {
    long rate = bytesPerSecond.getAsLong();
    if (rate != Limits.UNLIMITED) {
      synchronized (this) {
        pacer.correct(charged, bytes, rate);
      }
    }
  }

  /** Lets the changed rate count at once. */
  void review() {
    drain();
  }

  /** Decides under the lock, acts after it. */
  private void drain() {
    for (Runnable next = next(); next != null; next = next()) {
      next.run();
    }
  }

  private synchronized @Nullable Runnable next() {
    if (timer != null) {
      timer.dispose();
      timer = null;
    }
    Read first = queue.peek();
    if (first == null) {
      return null;
    }
    long rate = bytesPerSecond.getAsLong();
    long now = scheduler.now(TimeUnit.NANOSECONDS);
    long delay = rate == Limits.UNLIMITED ? 0 : pacer.delay(now, rate);
    if (delay > 0) {
      try {
        timer = scheduler.schedule(this::drain, delay, TimeUnit.NANOSECONDS);
        return null;
      } catch (RejectedExecutionException e) {
        // The caller's scheduler has ended before the engine: nobody is held up any more.
        rate = Limits.UNLIMITED;
      }
    }
    queue.remove();
    if (rate == Limits.UNLIMITED) {
      return () -> first.ask().accept(0);
    }
    pacer.charge(now, first.size(), rate);
    return () -> first.ask().accept(first.size());
  }
}
