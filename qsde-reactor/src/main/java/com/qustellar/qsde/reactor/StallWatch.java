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
  private final LongSupplier millis;
  private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
  private Disposable timer = () -> {};
  private boolean ticking;
  private volatile long lastTick = -TICK_MILLIS;

  StallWatch(Scheduler scheduler) {
    this(scheduler, () -> scheduler.now(TimeUnit.MILLISECONDS));
  }

  /** Makes one whose clock is not its scheduler's. */
  StallWatch(Scheduler scheduler, LongSupplier millis) {
    this.scheduler = scheduler;
    this.millis = millis;
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

  /**
   * Ticks that were missed come all at once, after the process was stopped for a while, say: they
   * are no time in which a server could have sent something.
   */
  private boolean isMadeUpFor() {
    long now = millis.getAsLong();
    long since = now - lastTick;
    lastTick = now;
    // Not so when the clock has been set back.
    return since >= 0 && since < TICK_MILLIS / 2;
  }

  private void tick() {
    if (isMadeUpFor()) {
      return;
    }
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
