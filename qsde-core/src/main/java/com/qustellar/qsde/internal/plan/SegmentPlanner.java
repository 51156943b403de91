package com.qustellar.qsde.internal.plan;

import java.util.Optional;

/**
 * Hands out the segments of a file: in order, from the gaps that are left.
 *
 * <p>The lowest missing byte is always handed out first, so that the written prefix stays close
 * behind the newest byte. A segment has {@code segmentSize} bytes, fewer at the end of a gap. A
 * crumb of less than a quarter of that, left behind at the end of a gap, isn't worth a request of
 * its own: the segment before it takes it along.
 *
 * <p>A {@linkplain #guided guided} plan hands out larger segments while much is left and smaller
 * ones towards the end, so that a large file takes few requests and its connections still end
 * together (guided self-scheduling: Polychronopoulos and Kuck, 1987).
 *
 * <p>The planner knows only what nobody fetches yet. Who holds a segment gives the rest of it back
 * with {@link #giveBack}, and it is handed out again before anything behind it.
 *
 * <p>Not thread-safe: its owner guards it.
 */
public final class SegmentPlanner {

  /** A crumb is shorter than a segment divided by this. */
  private static final int CRUMB_DIVISOR = 4;

  /** The shortest and the longest segments of a guided plan. */
  private static final long SHORTEST = 4L << 20;

  /** The shortest where connections are slow. */
  private static final long SHORTEST_OF_SLOW = 256L << 10;

  private static final long LONGEST = 128L << 20;

  /** What the shortest take. */
  private static final double LEAST_SECONDS = 0.1;

  private static final double MOST_SECONDS = 1 / 3.0;

  /** A guided segment is a connection's share of what is left, divided by this. */
  private static final int PARTS_OF_A_SHARE = 2;

  private final ByteRange file;
  private final long longest;
  private final boolean guided;
  private final RangeSet left;
  private long shortest;
  private long parts;
  private long handedOut;

  /**
   * Plans a file of which some bytes may be here already.
   *
   * @param totalBytes the length of the file
   * @param covered the bytes that need no fetching; read once, not kept
   * @param segmentSize the bytes of a segment, at least 1
   * @throws IllegalArgumentException if a size is out of bounds
   */
  public SegmentPlanner(long totalBytes, RangeSet covered, long segmentSize) {
    this(totalBytes, covered, segmentSize, segmentSize, false);
  }

  private SegmentPlanner(
      long totalBytes, RangeSet covered, long shortest, long longest, boolean guided) {
    if (shortest < 1) {
      throw new IllegalArgumentException("a segment needs at least a byte: " + shortest);
    }
    this.file = new ByteRange(0, totalBytes);
    this.shortest = shortest;
    this.longest = longest;
    this.guided = guided;
    this.parts = 1;
    this.left = new RangeSet(covered.gaps(file));
  }

  /**
   * Plans a file in segments of 4 to 128 MiB: half of each connection's share of what is left. They
   * are shorter towards the end where connections turn out to be {@linkplain #measured slow}.
   *
   * @param totalBytes the length of the file
   * @param covered the bytes that need no fetching; read once, not kept
   * @param connections how many fetch at once, at least 1
   * @return the planner
   */
  public static SegmentPlanner guided(long totalBytes, RangeSet covered, int connections) {
    SegmentPlanner planner = new SegmentPlanner(totalBytes, covered, SHORTEST, LONGEST, true);
    planner.share(connections);
    return planner;
  }

  /**
   * More or fewer will fetch at once than was thought; only a guided plan asks how many.
   *
   * @param connections how many, at least 1
   */
  public void share(int connections) {
    if (guided) {
      parts = (long) PARTS_OF_A_SHARE * connections;
    }
  }

  /**
   * Says how connections turn out to be: no segment of a guided plan need take longer than is worth
   * a request. Of slow ones each has less to end with then, or those that are done sooner would
   * wait for the last one.
   *
   * <p>A request costs the time of an answer, in which nothing comes. A segment takes four times as
   * long, within a tenth and a third of a second; where answers take longer than those, it takes
   * twice as long.
   *
   * @param bytesPerSecond what one brings; 0 if nobody knows
   * @param answerSeconds what an answer takes
   */
  public void measured(double bytesPerSecond, double answerSeconds) {
    if (guided && bytesPerSecond > 0) {
      double seconds =
          Math.max(
              2 * answerSeconds,
              Math.max(LEAST_SECONDS, Math.min(MOST_SECONDS, 4 * answerSeconds)));
      long bytes = (long) (bytesPerSecond * seconds);
      shortest = Math.max(SHORTEST_OF_SLOW, Math.min(SHORTEST, bytes));
    }
  }

  /**
   * {@return the bytes of a guided plan's first segment, which is asked for before there is one}
   */
  public static long firstOfGuided() {
    return SHORTEST;
  }

  /** {@return the next segment, which is the caller's from now on; empty if none is left} */
  public Optional<ByteRange> next() {
    return next(Long.MAX_VALUE);
  }

  /**
   * {@return the next segment, which is the caller's from now on; empty if none is left that begins
   * before the offset}
   *
   * @param before an offset
   */
  public Optional<ByteRange> next(long before) {
    Optional<ByteRange> segment =
        left.first().filter(gap -> gap.start() < before).map(gap -> head(gap, sizeOf(remaining())));
    segment.ifPresent(this::handOut);
    return segment;
  }

  /**
   * Hands out a segment that was on its way before there was a plan: the first request's.
   *
   * @param segment a range of which every byte is left
   * @throws IllegalArgumentException if a byte of it is not left
   */
  public void claim(ByteRange segment) {
    if (segment.isEmpty() || !left.contains(segment)) {
      throw new IllegalArgumentException(segment + " isn't left in " + left);
    }
    handOut(segment);
  }

  /**
   * Plans bytes again: what is missing of a segment whose holder won't fetch it, or what was
   * thought to be here and is not.
   *
   * <p>The segment they belonged to still counts as one. They join their neighbours that are left,
   * and are handed out in order.
   *
   * @param missing bytes that are not left
   * @throws IllegalArgumentException if the range is empty, or one of its bytes isn't of the file
   *     or is left already
   */
  public void giveBack(ByteRange missing) {
    if (missing.isEmpty() || !file.contains(missing) || left.intersects(missing)) {
      throw new IllegalArgumentException(missing + " was not taken; left are " + left);
    }
    left.add(missing);
  }

  /** {@return the bytes that are left to hand out} */
  public long remaining() {
    return left.coveredBytes();
  }

  /**
   * {@return the number of segments that the plan amounts to: those handed out, and those that will
   * be}
   */
  public long totalSegments() {
    long count = handedOut;
    long behind = remaining();
    for (ByteRange gap : left.ranges()) {
      ByteRange rest = gap;
      while (!rest.isEmpty()) {
        long size = sizeOf(behind);
        // All of one size: no need to go through them one by one, as a total may be a lie.
        long same = Math.max(1, Math.min(ofThisSize(size, behind), rest.length() / size - 1));
        ByteRange head =
            same > 1 ? new ByteRange(rest.start(), rest.start() + same * size) : head(rest, size);
        count += same;
        behind -= head.length();
        rest = new ByteRange(head.endExclusive(), rest.endExclusive());
      }
    }
    return count;
  }

  /** Returns how many segments in a row have the size that the next one has, if gaps allow. */
  private long ofThisSize(long size, long remaining) {
    if (size == shortest) {
      return Long.MAX_VALUE; // whatever is left
    }
    return size == longest ? (remaining - parts * longest) / longest + 1 : 1;
  }

  private long sizeOf(long remaining) {
    return Math.max(shortest, Math.min(longest, remaining / parts));
  }

  private static ByteRange head(ByteRange gap, long size) {
    long behind = gap.length() - size;
    boolean whole = behind <= 0 || behind < size / CRUMB_DIVISOR;
    return whole ? gap : new ByteRange(gap.start(), gap.start() + size);
  }

  private void handOut(ByteRange segment) {
    left.remove(segment);
    handedOut++;
  }
}
