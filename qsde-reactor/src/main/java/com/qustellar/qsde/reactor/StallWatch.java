package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.rate.SpeedFloor;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

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
  private final Set<Watched<?>> watched = ConcurrentHashMap.newKeySet();
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

  /** Tells what is wrong with an exchange; asked at every tick, each time after the last. */
  interface Check {
    /** Returns how the exchange has failed; null if it has not. */
    @Nullable Throwable failure();

    /** Returns this and, where it finds nothing, the other. */
    default Check or(Check other) {
      return () -> {
        Throwable failure = failure();
        return failure == null ? other.failure() : failure;
      };
    }
  }

  /**
   * Returns the check of one exchange that fails when its activity has stayed the same for the
   * limit, counted in ticks of a quarter of a second.
   *
   * @param activity a number that changes whenever bytes move, or {@link #CONTENT}
   */
  static Check silence(Duration limit, LongSupplier activity, Supplier<Throwable> failure) {
    return new Silence(
        Math.max(1, Waits.bounded(limit).toMillis() / TICK_MILLIS), activity, failure);
  }

  /**
   * Returns the check of one exchange that fails when bytes have come too slowly while they were
   * waited for.
   *
   * @param bytesPerSecond what is fast enough
   * @param waiting whether bytes are wanted now which have not come
   * @param brought how many have come
   */
  static Check slowness(
      long bytesPerSecond,
      BooleanSupplier waiting,
      LongSupplier brought,
      Supplier<Throwable> failure) {
    SpeedFloor floor = new SpeedFloor(bytesPerSecond);
    return () ->
        floor.isTooSlow(brought.getAsLong(), waiting.getAsBoolean(), TICK_MILLIS)
            ? failure.get()
            : null;
  }

  private static final class Silence implements Check {
    private final long limitTicks;
    private final LongSupplier activity;
    private final Supplier<Throwable> failure;
    private long last = CONTENT;
    private long idleTicks;

    Silence(long limitTicks, LongSupplier activity, Supplier<Throwable> failure) {
      this.limitTicks = limitTicks;
      this.activity = activity;
      this.failure = failure;
    }

    @Override
    public @Nullable Throwable failure() {
      long now = activity.getAsLong();
      idleTicks = now == CONTENT || now != last ? 0 : idleTicks + 1;
      last = now;
      return idleTicks >= limitTicks ? failure.get() : null;
    }
  }

  /**
   * Relays an exchange of one value at most, which is told with its end. What the check finds
   * before that cancels the exchange and is told in its place.
   */
  <T> Mono<T> watched(Publisher<T> exchange, Check check) {
    return new Mono<>() {
      @Override
      public void subscribe(CoreSubscriber<? super T> actual) {
        exchange.subscribe(new Watched<>(actual, check));
      }
    };
  }

  /** An exchange that is watched from its subscription on, until the first that ends it. */
  private final class Watched<T> implements CoreSubscriber<T>, Subscription {
    private final CoreSubscriber<? super T> actual;
    private final Check check;
    private final AtomicBoolean over = new AtomicBoolean();

    // Set before anybody else knows this object.
    private Subscription exchange = Operators.emptySubscription();

    // Of the exchange's signals, which follow each other.
    private @Nullable T value;

    Watched(CoreSubscriber<? super T> actual, Check check) {
      this.actual = actual;
      this.check = check;
    }

    @Override
    public Context currentContext() {
      return actual.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      exchange = subscription;
      actual.onSubscribe(this);
      try {
        add(this);
      } catch (RejectedExecutionException e) {
        fail(e);
      }
      if (over.get()) {
        watched.remove(this); // it has ended before it was there
      }
    }

    @Override
    public void onNext(T next) {
      value = next;
    }

    @Override
    public void onComplete() {
      if (end()) {
        if (value != null) {
          actual.onNext(value);
        }
        actual.onComplete();
      }
    }

    @Override
    public void onError(Throwable thrown) {
      if (end()) {
        actual.onError(thrown);
      }
    }

    @Override
    public void request(long n) {
      exchange.request(n);
    }

    @Override
    public void cancel() {
      if (end()) {
        exchange.cancel();
      }
    }

    void look() {
      Throwable failure = check.failure();
      if (failure != null) {
        fail(failure);
      }
    }

    private void fail(Throwable failure) {
      if (end()) {
        exchange.cancel();
        actual.onError(failure);
      }
    }

    private boolean end() {
      watched.remove(this);
      return over.compareAndSet(false, true);
    }
  }

  private synchronized void add(Watched<?> entry) {
    watched.add(entry);
    if (!ticking) {
      timer =
          scheduler.schedulePeriodically(
              this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
      ticking = true;
    }
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
    watched.forEach(Watched::look);
  }
}
