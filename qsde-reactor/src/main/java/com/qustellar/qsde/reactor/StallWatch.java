package com.qustellar.qsde.reactor;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * Watches exchanges for bytes that are wanted and do not come.
 *
 * <p>One timer serves the whole engine and runs only while something is watched. A read timeout of
 * the connection would not do: it also counts while nobody reads, and a slow disk would look like a
 * slow server.
 */
final class StallWatch {

  private static final long TICK_MILLIS = 250;
  private static final long TICKS_A_SECOND = 1000 / TICK_MILLIS;

  private final Scheduler scheduler;
  private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
  private Disposable timer = () -> {};
  private boolean ticking;

  StallWatch(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** What is watched returns this while it wants no bytes. */
  static final long CONTENT = -1;

  private static final class Watched {
    private final LongSupplier activity;
    private final long limitTicks;
    private final MonoSink<Void> alarm;
    private long last = CONTENT;
    private long idleTicks;

    Watched(LongSupplier activity, long limitTicks, MonoSink<Void> alarm) {
      this.activity = activity;
      this.limitTicks = limitTicks;
      this.alarm = alarm;
    }

    void tick() {
      long now = activity.getAsLong();
      idleTicks = now == CONTENT || now != last ? 0 : idleTicks + 1;
      last = now;
      if (idleTicks >= limitTicks) {
        alarm.success();
      }
    }
  }

  /**
   * Completes when the activity has stayed the same for the limit, counted in ticks of a quarter of
   * a second.
   *
   * @param activity a number that changes whenever bytes move, or {@link #CONTENT}
   */
  Mono<Void> stalled(Duration limit, LongSupplier activity) {
    long limitTicks =
        Math.max(
            1,
            Math.min(limit.toSeconds(), Integer.MAX_VALUE) * TICKS_A_SECOND
                + limit.toMillisPart() / TICK_MILLIS);
    return Mono.create(
        sink -> {
          Watched entry = new Watched(activity, limitTicks, sink);
          sink.onDispose(() -> remove(entry));
          add(entry);
        });
  }

  private synchronized void add(Watched entry) {
    watched.add(entry);
    if (!ticking) {
      ticking = true;
      timer =
          scheduler.schedulePeriodically(
              this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void remove(Watched entry) {
    watched.remove(entry);
  }

  private void tick() {
    synchronized (this) {
      if (watched.isEmpty()) {
        ticking = false;
        timer.dispose();
        return;
      }
    }
    for (Watched entry : watched) {
      entry.tick();
    }
  }
}
