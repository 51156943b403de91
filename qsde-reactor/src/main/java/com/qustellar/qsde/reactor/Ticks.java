package com.qustellar.qsde.reactor;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Ticks for all who look, with one timer, which runs while somebody does.
 *
 * <p>Not {@code interval().publish().refCount()}: who comes there in the moment in which the last
 * one leaves hears of a CancellationException.
 */
final class Ticks {

  private final Duration interval;
  private final Scheduler scheduler;
  private final Sinks.Many<Long> ticks = Sinks.many().multicast().directBestEffort();

  // Guarded by this.
  private int watchers;
  private @Nullable Disposable timer;

  Ticks(Duration interval, Scheduler scheduler) {
    this.interval = interval;
    this.scheduler = scheduler;
  }

  /**
   * Returns the ticks from now on, each an interval after the last; who is not ready misses one.
   */
  Flux<Long> flux() {
    return Flux.using(this::arrive, unused -> ticks.asFlux(), unused -> leave());
  }

  private synchronized Ticks arrive() {
    if (watchers == 0) {
      long nanos = Waits.bounded(interval).toNanos();
      timer = scheduler.schedulePeriodically(this::tick, nanos, nanos, TimeUnit.NANOSECONDS);
    }
    watchers++;
    return this;
  }

  private synchronized void leave() {
    Disposable running = timer;
    if (--watchers == 0 && running != null) {
      timer = null;
      running.dispose();
    }
  }

  private void tick() {
    // The last one of a timer that has ended may meet the first of the next: one of them is enough.
    ticks.tryEmitNext(System.nanoTime());
  }
}
