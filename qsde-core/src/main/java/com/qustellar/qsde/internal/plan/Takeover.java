package com.qustellar.qsde.internal.plan;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The rules by which bytes pass from one connection to another that would bring them sooner.
 *
 * <p>When nothing is left to hand out, the connection that would take longest gives the end of its
 * segment to an idle one, so much that both end together. One that crawls far below the others
 * loses all that it has not brought yet.
 */
public final class Takeover {

  /** Less than this is not worth a request. */
  private static final long LEAST = 64 << 10;

  /** A crawling connection has less than the others' median speed divided by this. */
  private static final int CRAWL = 8;

  /** How many others that move there must be, at least, to tell that one crawls. */
  private static final int OTHERS = 2;

  private Takeover() {}

  /**
   * A segment under way.
   *
   * @param position the offset of the next byte
   * @param end the offset after its last byte
   * @param bytesPerSecond how fast it comes; 0 if nothing has come for a while
   */
  public record Holder(long position, long end, double bytesPerSecond) {

    private double secondsLeft() {
      return bytesPerSecond > 0 ? (end - position) / bytesPerSecond : Double.POSITIVE_INFINITY;
    }
  }

  /**
   * A cut.
   *
   * @param holder the index of the segment that is cut
   * @param at the offset of the first byte that it gives away
   */
  public record Cut(int holder, long at) {}

  /**
   * Chooses what an idle connection takes over, which is as fast as the median of the others.
   *
   * @param holders what the others hold
   * @param lately how fast the last segments came that have ended, in bytes a second
   * @param least how long a segment must take yet to be worth it
   * @return the cut; empty if it would not bring the end nearer, or nothing is known of any speed
   */
  public static Optional<Cut> forIdle(List<Holder> holders, double[] lately, Duration least) {
    double[] speeds =
        speeds(
            DoubleStream.concat(
                holders.stream().mapToDouble(Holder::bytesPerSecond), Arrays.stream(lately)));
    int last = -1;
    for (int i = 0; i < holders.size(); i++) {
      if (last < 0 || isLater(holders.get(i), holders.get(last))) {
        last = i;
      }
    }
    if (last < 0 || speeds.length == 0 || holders.get(last).secondsLeft() < least.toNanos() / 1e9) {
      return Optional.empty();
    }
    Holder holder = holders.get(last);
    double median = median(speeds);
    long left = holder.end() - holder.position();
    long kept = (long) (left * holder.bytesPerSecond() / (holder.bytesPerSecond() + median));
    long at = holder.position() + Math.max(LEAST, kept);
    return holder.end() - at < LEAST ? Optional.empty() : Optional.of(new Cut(last, at));
  }

  private static boolean isLater(Holder a, Holder b) {
    int byTime = Double.compare(a.secondsLeft(), b.secondsLeft());
    return byTime > 0 || (byTime == 0 && a.end() - a.position() > b.end() - b.position());
  }

  /**
   * Finds the connection that crawls.
   *
   * @param speeds of all that are long enough at work to tell, in bytes a second
   * @param lately how fast the last segments came that have ended
   * @return the index of the slowest, if it is far slower than the others
   */
  public static OptionalInt crawling(double[] speeds, double[] lately) {
    int slowest = 0;
    for (int i = 1; i < speeds.length; i++) {
      slowest = speeds[i] < speeds[slowest] ? i : slowest;
    }
    if (speeds.length == 0) {
      return OptionalInt.empty();
    }
    int suspect = slowest;
    double[] others =
        speeds(
            DoubleStream.concat(
                IntStream.range(0, speeds.length)
                    .filter(i -> i != suspect)
                    .mapToDouble(i -> speeds[i]),
                Arrays.stream(lately)));
    boolean crawls = others.length >= OTHERS && speeds[slowest] * CRAWL < median(others);
    return crawls ? OptionalInt.of(slowest) : OptionalInt.empty();
  }

  /** Returns those that are not 0, sorted. */
  private static double[] speeds(DoubleStream all) {
    return all.filter(speed -> speed > 0).sorted().toArray();
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
