package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.SegmentPlanner;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.util.concurrent.Queues;

/**
 * Decides which bytes are fetched next, and over how many connections at once: in order from what
 * nobody has, and when that has run out, from what a slower connection holds.
 *
 * <p>The first segment is on its way before there is a plan, which the first answer brings. The
 * schedule ends when nothing is left, nothing can come back, and an earlier run's bytes are
 * checked.
 */
final class SegmentSchedule {

  /** How often speeds are looked at; more rarely where an answer takes longer than that. */
  private static final Duration SHORTEST_WINDOW = Duration.ofMillis(100);

  private static final Duration LONGEST_WINDOW = Duration.ofSeconds(1);

  private final Function<ByteRange, SegmentFetch> prepare;
  private final Function<SegmentFetch, Mono<Void>> fetch;
  private final ConnectionCount count;
  private final LongSupplier reach;
  private final Scheduler scheduler;
  private final BooleanSupplier paced;
  private final LongConsumer planned;
  private final Sinks.Many<Mono<Void>> work =
      Sinks.many().unicast().onBackpressureBuffer(Queues.<Mono<Void>>unbounded(8).get());
  private final AtomicInteger deciding = new AtomicInteger();
  private final Disposable.Swap timer = Disposables.swap();

  // Guarded by this.
  private final RunningSegments running = new RunningSegments();
  private @Nullable SegmentPlanner planner;
  private boolean divisible;
  private @Nullable Mono<Void> check;
  private boolean checked;
  private Duration window = SHORTEST_WINDOW;
  private long begun;
  private double answerSeconds;
  private long lookedAt;
  private boolean looking;
  private @Nullable Throwable failure;
  private boolean over;

  /**
   * Makes one.
   *
   * @param prepare prepares to fetch a range
   * @param fetch fetches it; {@link #ended} is told of each that has been fetched
   * @param reach the offset before which a segment has to begin, for now
   * @param paced whether a bound on the bytes a second slows all of it down
   * @param planned told how many segments there are now
   */
  SegmentSchedule(
      Function<ByteRange, SegmentFetch> prepare,
      Function<SegmentFetch, Mono<Void>> fetch,
      ConnectionCount count,
      LongSupplier reach,
      Scheduler scheduler,
      BooleanSupplier paced,
      LongConsumer planned) {
    this.prepare = prepare;
    this.fetch = fetch;
    this.count = count;
    this.reach = reach;
    this.scheduler = scheduler;
    this.paced = paced;
    this.planned = planned;
  }

  /** What is to be done, each at once: segments to be fetched, and the check. */
  Flux<Mono<Void>> work(ByteRange first) {
    return Flux.defer(
        () -> {
          begun = now();
          start(first);
          return work.asFlux().doFinally(signal -> end());
        });
  }

  /** The timer finds out at its next tick: to stop it from elsewhere takes a lock of its queue. */
  private synchronized void end() {
    over = true;
  }

  private synchronized void start(ByteRange first) {
    SegmentFetch next = prepare.apply(first);
    running.add(next, begun);
    work.tryEmitNext(fetch.apply(next));
  }

  /**
   * The plan is made; it is this object's from now on.
   *
   * @param ranged whether a range can be asked for
   * @param left checks what an earlier run has left; null if that is nothing
   */
  void planned(SegmentPlanner plan, boolean ranged, @Nullable Mono<Void> left) {
    boolean more;
    synchronized (this) {
      planner = plan;
      divisible = ranged;
      check = left == null ? null : left.doOnSuccess(done -> checked());
      checked = left == null;
      long answer = now() - begun;
      answerSeconds = answer / 1e9;
      window = Duration.ofNanos(Math.min(LONGEST_WINDOW.toNanos(), answer));
      window = window.compareTo(SHORTEST_WINDOW) < 0 ? SHORTEST_WINDOW : window;
      lookedAt = now();
      more = plan.remaining() > 0;
    }
    if (more) {
      startLooking();
    }
    decide();
  }

  /** Speeds are looked at as soon as there is something that another connection could bring. */
  private void startLooking() {
    long nanos;
    synchronized (this) {
      if (looking || !divisible) {
        return;
      }
      looking = true;
      nanos = window.toNanos();
    }
    timer.update(scheduler.schedulePeriodically(this::look, nanos, nanos, TimeUnit.NANOSECONDS));
  }

  /** Has bytes fetched that were planned as present; there is a plan. */
  void missed(ByteRange bytes) {
    giveBack(bytes);
    decide();
  }

  /** Nothing more will be missed. */
  private void checked() {
    synchronized (this) {
      checked = true;
    }
    decide();
  }

  /** A segment has been fetched, as far as its holder did: what it has left is planned again. */
  void ended(SegmentFetch fetched) {
    synchronized (this) {
      running.remove(fetched, now());
      // In one step: the schedule must not end in between.
      if (fetched.position() < fetched.end()) {
        giveBack(new ByteRange(fetched.position(), fetched.end()));
      }
    }
    decide();
  }

  private synchronized void giveBack(ByteRange bytes) {
    if (planner != null) {
      planner.giveBack(bytes);
    }
  }

  /** The limits have changed, perhaps, or how far it reaches. */
  void review() {
    decide();
  }

  /** Ends all that is done, with a failure. */
  void fail(Throwable why) {
    synchronized (this) {
      failure = why;
      over = true;
    }
    decide();
  }

  /** Completes once the last write of what has been under way at that end has ended. */
  Mono<Void> idle() {
    List<SegmentFetch> cancelled;
    synchronized (this) {
      cancelled = running.all();
    }
    return Flux.fromIterable(cancelled).flatMap(SegmentFetch::idle).then();
  }

  /** Decides under the lock, acts after it; one thread at a time, whoever wants it meanwhile. */
  private void decide() {
    if (deciding.getAndIncrement() > 0) {
      return;
    }
    int seen = 1;
    try {
      do {
        for (Mono<Void> next = next(); next != null; next = next()) {
          work.tryEmitNext(next);
        }
        tellEnd();
        seen = deciding.addAndGet(-seen);
      } while (seen > 0);
    } catch (RuntimeException | Error e) {
      // Nobody decides any more.
      work.tryEmitError(e);
    }
  }

  private @Nullable Mono<Void> next() {
    SegmentFetch segment = nextSegment();
    return segment == null ? takeCheck() : fetch.apply(segment);
  }

  private synchronized @Nullable Mono<Void> takeCheck() {
    Mono<Void> taken = over ? null : check;
    check = null;
    return taken;
  }

  private @Nullable SegmentFetch nextSegment() {
    long total;
    SegmentFetch next;
    synchronized (this) {
      long now = now();
      if (over || planner == null || isUsedUp(planner)) {
        return null; // as is mostly so: of a small file after its first answer
      }
      if (running.size() >= count.connections()) {
        return null;
      }
      planner.share(count.expected());
      if (!paced.getAsBoolean()) {
        planner.measured(running.averageLately(now), answerSeconds);
      }
      Optional<ByteRange> range = planner.next(reach.getAsLong());
      boolean none = planner.remaining() == 0 && range.isEmpty();
      if (none && divisible && !paced.getAsBoolean() && takeOver(planner, now)) {
        range = planner.next(reach.getAsLong());
      }
      if (range.isEmpty()) {
        return null;
      }
      next = prepare.apply(range.get());
      running.add(next, now);
      total = planner.totalSegments();
    }
    planned.accept(total);
    startLooking();
    return next;
  }

  /** Returns whether nothing is left, and nobody has what another could take; under the lock. */
  private boolean isUsedUp(SegmentPlanner plan) {
    return plan.remaining() == 0 && !running.isAnyReceiving();
  }

  private void tellEnd() {
    Throwable failed;
    boolean complete;
    synchronized (this) {
      failed = failure;
      complete = planner != null && checked && running.size() == 0 && planner.remaining() == 0;
    }
    if (failed != null) {
      work.tryEmitError(failed);
    } else if (complete) {
      work.tryEmitComplete();
    }
  }

  /** Plans again what the segment that would be the last one gives away; under the lock. */
  private boolean takeOver(SegmentPlanner plan, long now) {
    // A request costs an answer's time, and what is on its way to the one that is cut.
    Optional<ByteRange> given = running.takeOver(window.multipliedBy(2), now);
    given.ifPresent(plan::giveBack);
    return given.isPresent();
  }

  /** Looks at the speeds: of all together, and for one that crawls. */
  private void look() {
    SegmentFetch crawling;
    synchronized (this) {
      if (over) {
        timer.dispose();
        return;
      }
      long now = now();
      long brought = running.look(now);
      boolean more = planner != null && planner.remaining() > 0;
      // Neither one that waits for its place nor one that has stopped is at work.
      boolean working = running.size() >= count.connections() && running.areAllAtWork(window, now);
      if (more && working && now > lookedAt) {
        count.observe(brought * 1e9 / (now - lookedAt));
      }
      lookedAt = now;
      crawling = paced.getAsBoolean() ? null : running.crawling(now);
    }
    if (crawling != null) {
      crawling.giveUp();
    }
    decide();
  }

  private long now() {
    return scheduler.now(TimeUnit.NANOSECONDS);
  }
}
