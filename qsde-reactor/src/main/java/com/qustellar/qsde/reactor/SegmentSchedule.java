package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.SegmentPlanner;
import com.qustellar.qsde.internal.plan.Takeover;
import com.qustellar.qsde.internal.plan.Takeover.Cut;
import com.qustellar.qsde.internal.plan.Takeover.Holder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

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

  /** What a segment must have taken, and must take yet, for its end to be given to another. */
  private static final Duration WORTHWHILE = Duration.ofMillis(500);

  /**
   * What a connection has to be receiving for, before it can be told to crawl; twice as long after
   * each of them, so that a server which sends in bursts is not asked again and again.
   */
  private static final long TELLING = TimeUnit.SECONDS.toNanos(1);

  private static final long LONGEST_TELLING = TimeUnit.MINUTES.toNanos(1);

  /** How long the speed of a segment that has ended tells something, and of how many. */
  private static final long LATELY = TimeUnit.SECONDS.toNanos(5);

  private static final int FEW = 8;

  /** What a segment takes at least, and twice what an answer does, or it is all waiting. */
  private static final double A_WHILE_SECONDS = 1 / 3.0;

  /** With so many that are receiving, those that have ended need not be asked. */
  private static final int ENOUGH = 3;

  private final Function<ByteRange, SegmentFetch> fetch;
  private final ConnectionCount count;
  private final LongSupplier reach;
  private final Scheduler scheduler;
  private final BooleanSupplier paced;
  private final LongConsumer planned;
  private final Sinks.Many<SegmentFetch> segments = Sinks.many().unicast().onBackpressureBuffer();
  private final AtomicInteger deciding = new AtomicInteger();
  private final Disposable.Swap timer = Disposables.swap();

  // Guarded by this.
  private final List<Runner> running = new ArrayList<>();
  private @Nullable SegmentPlanner planner;
  private boolean divisible;
  private boolean checked;
  private Duration window = SHORTEST_WINDOW;
  private long begun;
  private double answerSeconds;
  private long lookedAt;
  private long brought;
  private final Deque<Ended> ended = new ArrayDeque<>();
  private long telling = TELLING;
  private boolean looking;
  private boolean over;

  /** How fast a segment came that has ended. */
  private record Ended(double bytesPerSecond, long at) {}

  /** A segment under way, and where it was up to a second ago. */
  private static final class Runner {
    private final SegmentFetch fetch;
    private final long since;
    private final long start;
    private long position;
    private boolean receiving;
    private long receivingSince;
    private long markedAt;
    private long mark;
    private long nextMarkedAt;
    private long nextMark;

    Runner(SegmentFetch fetch, long now) {
      this.fetch = fetch;
      this.since = now;
      this.start = fetch.position();
      this.position = start;
      this.mark = start;
      this.markedAt = now;
      this.nextMark = start;
      this.nextMarkedAt = now;
    }

    double bytesPerSecondInAll(long now) {
      return now <= since ? 0 : Math.max(0, fetch.position() - start) * 1e9 / (now - since);
    }

    /** Returns how many bytes it has brought since the last look. */
    long look(long now) {
      long next = fetch.position();
      long came = Math.max(0, next - position);
      position = next;
      if (receiving != fetch.isReceiving()) {
        receiving = !receiving;
        receivingSince = now;
        mark = next;
        markedAt = now;
        nextMark = next;
        nextMarkedAt = now;
      }
      if (now - nextMarkedAt >= TELLING / 2) {
        mark = nextMark;
        markedAt = nextMarkedAt;
        nextMark = next;
        nextMarkedAt = now;
      }
      return came;
    }

    double bytesPerSecond(long now) {
      return now <= markedAt ? 0 : Math.max(0, fetch.position() - mark) * 1e9 / (now - markedAt);
    }

    Holder holder(long now) {
      long at = fetch.position();
      return new Holder(at, Math.max(at, fetch.end()), bytesPerSecond(now));
    }
  }

  /**
   * Makes one.
   *
   * @param fetch prepares to fetch a range
   * @param reach the offset before which a segment has to begin, for now
   * @param paced whether a bound on the bytes a second slows all of it down
   * @param planned told how many segments there are now
   */
  SegmentSchedule(
      Function<ByteRange, SegmentFetch> fetch,
      ConnectionCount count,
      LongSupplier reach,
      Scheduler scheduler,
      BooleanSupplier paced,
      LongConsumer planned) {
    this.fetch = fetch;
    this.count = count;
    this.reach = reach;
    this.scheduler = scheduler;
    this.paced = paced;
    this.planned = planned;
  }

  /** What to fetch, each at once; {@link #ended} is told of each that has been fetched. */
  Flux<SegmentFetch> segments(ByteRange first) {
    return Flux.defer(
        () -> {
          begun = now();
          start(first);
          return segments.asFlux().doFinally(signal -> end());
        });
  }

  /** The timer finds out at its next tick: to stop it from elsewhere takes a lock of its queue. */
  private synchronized void end() {
    over = true;
  }

  private synchronized void start(ByteRange first) {
    SegmentFetch next = fetch.apply(first);
    running.add(new Runner(next, begun));
    segments.tryEmitNext(next);
  }

  /**
   * The plan is made; it is this object's from now on.
   *
   * @param ranged whether a range can be asked for
   */
  void planned(SegmentPlanner plan, boolean ranged) {
    synchronized (this) {
      planner = plan;
      divisible = ranged;
      long answer = now() - begun;
      answerSeconds = answer / 1e9;
      window = Duration.ofNanos(Math.min(LONGEST_WINDOW.toNanos(), answer));
      window = window.compareTo(SHORTEST_WINDOW) < 0 ? SHORTEST_WINDOW : window;
      lookedAt = now();
    }
    decide();
  }

  /** Speeds are looked at from the second segment on. */
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
  void checked() {
    synchronized (this) {
      checked = true;
    }
    decide();
  }

  /** A segment has been fetched, as far as its holder did: what it has left is planned again. */
  void ended(SegmentFetch fetched) {
    synchronized (this) {
      running.removeIf(
          runner -> {
            if (runner.fetch == fetched) {
              long now = now();
              brought += runner.look(now);
              ended.addFirst(new Ended(runner.bytesPerSecondInAll(now), now));
              if (ended.size() > FEW) {
                ended.removeLast();
              }
              return true;
            }
            return false;
          });
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

  /** Decides under the lock, acts after it; one thread at a time, whoever wants it meanwhile. */
  private void decide() {
    if (deciding.getAndIncrement() > 0) {
      return;
    }
    int seen = 1;
    try {
      do {
        for (SegmentFetch next = next(); next != null; next = next()) {
          segments.tryEmitNext(next);
        }
        if (isOver()) {
          segments.tryEmitComplete();
        }
        seen = deciding.addAndGet(-seen);
      } while (seen > 0);
    } catch (RuntimeException e) {
      // Nobody decides any more.
      segments.tryEmitError(e);
    }
  }

  private @Nullable SegmentFetch next() {
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
        double seconds = Math.max(A_WHILE_SECONDS, 2 * answerSeconds);
        planner.shorten((long) (Arrays.stream(lately(now)).average().orElse(0) * seconds));
      }
      Optional<ByteRange> range = planner.next(reach.getAsLong());
      boolean none = planner.remaining() == 0 && range.isEmpty();
      if (none && divisible && !paced.getAsBoolean() && takeOver(planner)) {
        range = planner.next(reach.getAsLong());
      }
      if (range.isEmpty()) {
        return null;
      }
      next = fetch.apply(range.get());
      running.add(new Runner(next, now));
      total = planner.totalSegments();
    }
    planned.accept(total);
    startLooking();
    return next;
  }

  /** Returns whether nothing is left, and nobody has what another could take; under the lock. */
  private boolean isUsedUp(SegmentPlanner plan) {
    if (plan.remaining() > 0) {
      return false;
    }
    for (Runner runner : running) {
      if (runner.receiving) {
        return false;
      }
    }
    return true;
  }

  private synchronized boolean isOver() {
    return planner != null && checked && running.isEmpty() && planner.remaining() == 0;
  }

  /** Cuts the end off the segment that would be the last one; called under the lock. */
  private boolean takeOver(SegmentPlanner plan) {
    long now = now();
    // Of one that has just begun, or is not receiving, nobody knows how fast it is.
    List<Runner> known = receivingFor(WORTHWHILE.toNanos(), now);
    List<Holder> holders = known.stream().map(runner -> runner.holder(now)).toList();
    // A request costs an answer's time, and what is on its way to the one that is cut.
    Duration least = window.multipliedBy(2);
    Optional<Cut> cut =
        Takeover.forIdle(
            holders, lately(now), least.compareTo(WORTHWHILE) < 0 ? WORTHWHILE : least);
    if (cut.isEmpty()) {
      return false;
    }
    Cut made = cut.get();
    SegmentFetch holder = known.get(made.holder()).fetch;
    long end = holder.end();
    if (!holder.cut(made.at())) {
      return false;
    }
    plan.giveBack(new ByteRange(made.at(), end));
    return true;
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
      for (Runner runner : running) {
        brought += runner.look(now);
      }
      boolean more = planner != null && planner.remaining() > 0;
      // Neither one that waits for its place nor one that has stopped is at work.
      boolean working =
          running.size() >= count.connections()
              && running.stream().allMatch(r -> r.receiving || now - r.since < window.toNanos());
      if (more && working && now > lookedAt) {
        count.observe(brought * 1e9 / (now - lookedAt));
      }
      brought = 0;
      lookedAt = now;
      crawling = crawling(now);
    }
    if (crawling != null) {
      crawling.giveUp();
    }
    decide();
  }

  private @Nullable SegmentFetch crawling(long now) {
    if (paced.getAsBoolean()) {
      return null;
    }
    List<Runner> known = receivingFor(telling, now);
    double[] others = known.size() < ENOUGH ? lately(now) : new double[0];
    OptionalInt slowest =
        Takeover.crawling(
            known.stream().mapToDouble(runner -> runner.bytesPerSecond(now)).toArray(), others);
    SegmentFetch fetch =
        slowest.isPresent()
            ? known.get(slowest.getAsInt()).fetch
            : known.stream()
                .map(runner -> runner.fetch)
                .filter(SegmentFetch::isOutpaced)
                .findFirst()
                .orElse(null);
    if (fetch == null || !fetch.isWaiting()) {
      return null;
    }
    telling = Math.min(LONGEST_TELLING, 2 * telling);
    return fetch;
  }

  private List<Runner> receivingFor(long nanos, long now) {
    return running.stream()
        .filter(runner -> runner.receiving && now - runner.receivingSince >= nanos)
        .toList();
  }

  private double[] lately(long now) {
    return ended.stream()
        .filter(segment -> now - segment.at() <= LATELY)
        .mapToDouble(Ended::bytesPerSecond)
        .toArray();
  }

  private long now() {
    return scheduler.now(TimeUnit.NANOSECONDS);
  }
}
