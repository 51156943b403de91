package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.rate.SpeedFloor;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * Watches exchanges for bytes that are wanted and do not come, or come too slowly.
 *
 * <p>One timer serves the whole engine and runs only while something is watched. A read timeout of
 * the connection would not do: it also counts while nobody reads, and a slow disk would look like a
 * slow server.
 */
final class StallWatch {

  private static final long TICK_MILLIS = 250;

  private final Scheduler scheduler;
  private final LongSupplier millis;
  private final Set<Entry> watched = ConcurrentHashMap.newKeySet();
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

  /** One that is watched: tells at each tick whether that is too much now. */
  private interface Watched {
    boolean isTooMuch();
  }

  private static final class Silence implements Watched {
    private final LongSupplier activity;
    private final long limitTicks;
    private long last = CONTENT;
    private long idleTicks;

    Silence(LongSupplier activity, long limitTicks) {
      this.activity = activity;
      this.limitTicks = limitTicks;
    }

    @Override
    public boolean isTooMuch() {
      long now = activity.getAsLong();
      idleTicks = now == CONTENT || now != last ? 0 : idleTicks + 1;
      last = now;
      return idleTicks >= limitTicks;
    }
  }

  private static final class Entry {
    private final Watched watched;
    private final MonoSink<Void> alarm;

    Entry(Watched watched, MonoSink<Void> alarm) {
      this.watched = watched;
      this.alarm = alarm;
    }
  }

  /**
   * Completes when the activity has stayed the same for the limit, counted in ticks of a quarter of
   * a second.
   *
   * @param activity a number that changes whenever bytes move, or {@link #CONTENT}
   */
  Mono<Void> stalled(Duration limit, LongSupplier activity) {
    long limitTicks = Math.max(1, Waits.bounded(limit).toMillis() / TICK_MILLIS);
    return Mono.defer(() -> watch(new Silence(activity, limitTicks)));
  }

  /**
   * Completes when bytes have come too slowly while they were waited for.
   *
   * @param bytesPerSecond what is fast enough; never completes for 0
   * @param waiting whether bytes are wanted now which have not come
   * @param brought how many have come
   */
  Mono<Void> slow(long bytesPerSecond, BooleanSupplier waiting, LongSupplier brought) {
    if (bytesPerSecond == 0) {
      return Mono.never();
    }
    return Mono.defer(
        () -> {
          SpeedFloor floor = new SpeedFloor(bytesPerSecond);
          return watch(
              () -> floor.isTooSlow(brought.getAsLong(), waiting.getAsBoolean(), TICK_MILLIS));
        });
  }

  private Mono<Void> watch(Watched watched) {
    return Mono.create(
        sink -> {
          Entry entry = new Entry(watched, sink);
          sink.onDispose(() -> remove(entry));
          add(entry);
        });
  }

  private synchronized void add(Entry entry) {
    watched.add(entry);
    if (!ticking) {
      ticking = true;
      timer =
          scheduler.schedulePeriodically(
              this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void remove(Entry entry) {
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
    for (Entry entry : watched) {
      if (entry.watched.isTooMuch()) {
        entry.alarm.success();
      }
    }
  }
}
