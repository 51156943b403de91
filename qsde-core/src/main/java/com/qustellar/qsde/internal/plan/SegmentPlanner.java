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
 * <p>The planner knows only what nobody fetches yet. Who holds a segment gives the rest of it back
 * with {@link #giveBack}, and it is handed out again before anything behind it.
 *
 * <p>Not thread-safe: its owner guards it.
 */
public final class SegmentPlanner {

  /** A crumb is shorter than a segment divided by this. */
  private static final int CRUMB_DIVISOR = 4;

  private final ByteRange file;
  private final long segmentSize;
  private final RangeSet left;
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
    if (segmentSize < 1) {
      throw new IllegalArgumentException("a segment needs at least a byte: " + segmentSize);
    }
    this.file = new ByteRange(0, totalBytes);
    this.segmentSize = segmentSize;
    this.left = new RangeSet(covered.gaps(file));
  }

  /** {@return the next segment, which is the caller's from now on; empty if none is left} */
  public Optional<ByteRange> next() {
    Optional<ByteRange> segment = left.first().map(this::head);
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
   * Takes back what is missing of a segment that its holder won't fetch any more.
   *
   * <p>The segment it belonged to is no longer counted; the rest joins its neighbours that are
   * left, and is handed out again in order.
   *
   * @param rest the bytes of the segment that were not fetched
   * @throws IllegalArgumentException if the range is empty, or one of its bytes isn't of the file
   *     or is left already
   * @throws IllegalStateException if more segments come back than were handed out
   */
  public void giveBack(ByteRange rest) {
    if (rest.isEmpty() || !file.contains(rest) || left.intersects(rest)) {
      throw new IllegalArgumentException(rest + " wasn't handed out; left are " + left);
    }
    if (handedOut == 0) {
      throw new IllegalStateException("no segment is handed out");
    }
    handedOut--;
    left.add(rest);
  }

  /** {@return the bytes that are left to hand out} */
  public long remaining() {
    return left.coveredBytes();
  }

  /**
   * {@return the number of segments that the plan amounts to: those handed out and not given back,
   * and those that will be}
   */
  public long totalSegments() {
    return handedOut + left.ranges().stream().mapToLong(this::segments).sum();
  }

  private ByteRange head(ByteRange gap) {
    long behind = gap.length() - segmentSize;
    return isCrumb(behind) ? gap : new ByteRange(gap.start(), gap.start() + segmentSize);
  }

  private long segments(ByteRange gap) {
    long whole = gap.length() / segmentSize;
    return whole == 0 || !isCrumb(gap.length() % segmentSize) ? whole + 1 : whole;
  }

  private boolean isCrumb(long bytes) {
    return bytes <= 0 || bytes < segmentSize / CRUMB_DIVISOR;
  }

  private void handOut(ByteRange segment) {
    left.remove(segment);
    handedOut++;
  }
}
