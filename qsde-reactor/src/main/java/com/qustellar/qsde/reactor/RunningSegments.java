package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.SegmentSpeed;
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
import org.jspecify.annotations.Nullable;

/**
 * The segments of one file that are under way: how fast each of them comes, how fast the last ones
 * came, and so which of them holds what another connection would bring sooner.
 *
 * <p>Not thread-safe: its owner guards it.
 */
final class RunningSegments {

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

  /** With so many that are receiving, those that have ended need not be asked. */
  private static final int ENOUGH = 3;

  private final List<Running> running = new ArrayList<>(1);
  private final Deque<Ended> ended = new ArrayDeque<>(1);
  private long brought;
  private long telling = TELLING;

  /** A segment under way. */
  private record Running(SegmentFetch fetch, SegmentSpeed speed) {

    long look(long now) {
      return speed.look(now, fetch.position(), fetch.isReceiving());
    }

    double bytesPerSecond(long now) {
      return speed.bytesPerSecond(now, fetch.position());
    }

    Holder holder(long now) {
      long at = fetch.position();
      return new Holder(at, Math.max(at, fetch.end()), speed.bytesPerSecond(now, at));
    }
  }

  /** How fast a segment came that has ended. */
  private record Ended(double bytesPerSecond, long at) {}

  void add(SegmentFetch fetch, long now) {
    running.add(new Running(fetch, new SegmentSpeed(now, fetch.position())));
  }

  /** A segment has ended; how fast it came is remembered for a while. */
  void remove(SegmentFetch fetch, long now) {
    running.removeIf(
        segment -> {
          if (segment.fetch != fetch) {
            return false;
          }
          brought += segment.look(now);
          ended.addFirst(new Ended(segment.speed.bytesPerSecondInAll(now, fetch.position()), now));
          if (ended.size() > FEW) {
            ended.removeLast();
          }
          return true;
        });
  }

  int size() {
    return running.size();
  }

  List<SegmentFetch> all() {
    return running.stream().map(Running::fetch).toList();
  }

  /** Returns whether one was receiving at the last look. */
  boolean isAnyReceiving() {
    for (Running segment : running) {
      if (segment.speed.isReceiving()) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether each was receiving at the last look, or has begun since. */
  boolean areAllAtWork(Duration window, long now) {
    return running.stream()
        .allMatch(r -> r.speed.isReceiving() || r.speed.age(now) < window.toNanos());
  }

  /** Looks at each; returns how many bytes all have brought since the last look. */
  long look(long now) {
    for (Running segment : running) {
      brought += segment.look(now);
    }
    long sum = brought;
    brought = 0;
    return sum;
  }

  /** Returns how fast the last ones came on average, in bytes a second; 0 if none ended lately. */
  double averageLately(long now) {
    return Arrays.stream(lately(now)).average().orElse(0);
  }

  /**
   * Cuts the end off the segment that would be the last one, for a connection that is idle.
   *
   * @param least how long a segment must take yet, at least, to be worth it
   * @return what nobody fetches now; empty if none was cut
   */
  Optional<ByteRange> takeOver(Duration least, long now) {
    // Of one that has just begun, or is not receiving, nobody knows how fast it is.
    List<Running> known = receivingFor(WORTHWHILE.toNanos(), now);
    List<Holder> holders = known.stream().map(segment -> segment.holder(now)).toList();
    Optional<Cut> cut =
        Takeover.forIdle(
            holders, lately(now), least.compareTo(WORTHWHILE) < 0 ? WORTHWHILE : least);
    if (cut.isEmpty()) {
      return Optional.empty();
    }
    SegmentFetch holder = known.get(cut.get().holder()).fetch;
    long at = cut.get().at();
    long end = holder.end();
    return holder.cut(at) ? Optional.of(new ByteRange(at, end)) : Optional.empty();
  }

  /** Returns one that crawls and so is to lose what it holds; null if there is none. */
  @Nullable SegmentFetch crawling(long now) {
    List<Running> known = receivingFor(telling, now);
    double[] others = known.size() < ENOUGH ? lately(now) : new double[0];
    OptionalInt slowest =
        Takeover.crawling(
            known.stream().mapToDouble(segment -> segment.bytesPerSecond(now)).toArray(), others);
    SegmentFetch fetch =
        slowest.isPresent()
            ? known.get(slowest.getAsInt()).fetch
            : known.stream()
                .map(Running::fetch)
                .filter(SegmentFetch::isOutpaced)
                .findFirst()
                .orElse(null);
    if (fetch == null || !fetch.isWaiting()) {
      return null;
    }
    telling = Math.min(LONGEST_TELLING, 2 * telling);
    return fetch;
  }

  private List<Running> receivingFor(long nanos, long now) {
    return running.stream().filter(segment -> segment.speed.hasReceivedFor(nanos, now)).toList();
  }

  private double[] lately(long now) {
    return ended.stream()
        .filter(segment -> now - segment.at() <= LATELY)
        .mapToDouble(Ended::bytesPerSecond)
        .toArray();
  }
}
