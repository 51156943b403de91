package com.qustellar.qsde.reactor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What the streams of an engine may hold for their subscribers: half of the memory budget, shared
 * alike, as a subscriber that asks for nothing keeps its share for as long as it likes.
 */
final class StreamMemory {

  /** More than this makes no connection faster. */
  private static final long MOST = 32 << 20;

  /** Less than this is not worth a request. */
  private static final long LEAST = 256 << 10;

  private final LongSupplier budget;
  private final Runnable freed;
  private final AtomicInteger streams = new AtomicInteger();
  private final AtomicLong held = new AtomicLong();

  /**
   * Makes it.
   *
   * @param budget the bytes of the whole budget
   * @param freed told when less is held
   */
  StreamMemory(LongSupplier budget, Runnable freed) {
    this.budget = budget;
    this.freed = freed;
  }

  void opened() {
    streams.incrementAndGet();
  }

  void closed() {
    streams.decrementAndGet();
  }

  /** Returns how far ahead of its subscriber each stream may read. */
  long window() {
    // What it holds is on the heap, where others want to live as well.
    long most = Math.min(budget.getAsLong(), Runtime.getRuntime().maxMemory() / 2) / 2;
    return Math.max(LEAST, Math.min(MOST, most / Math.max(1, streams.get())));
  }

  void take(long bytes) {
    held.addAndGet(bytes);
  }

  void give(long bytes) {
    held.addAndGet(-bytes);
    freed.run();
  }

  long held() {
    return held.get();
  }

  /** Returns what is left of the budget for downloads: half of it, whatever streams hold. */
  long left() {
    long all = budget.getAsLong();
    return Math.max(all / 2, all - held.get());
  }
}
