package com.qustellar.qsde.internal.plan;

import java.time.Duration;

/**
 * How fast one segment comes, told by looks at its position from time to time.
 *
 * <p>Its speed is that of the last half a second to a second, and of what is being received now:
 * with every beginning and end of a body it is measured anew.
 *
 * <p>Time is {@link System#nanoTime()}, of which only differences count. Not thread-safe: its owner
 * guards it.
 */
public final class SegmentSpeed {

  /** How far apart two marks are at least; the speed is measured from the one before the last. */
  private static final long SPACING_NANOS = Duration.ofMillis(500).toNanos();

  private static final double NANOS_PER_SECOND = 1e9;

  private record Mark(long nanoTime, long position) {

    private double bytesPerSecond(long nanoTime, long position) {
      long nanos = nanoTime - this.nanoTime;
      // A segment that begins anew goes back.
      long bytes = Math.max(0, position - this.position);
      return nanos <= 0 ? 0 : bytes * NANOS_PER_SECOND / nanos;
    }
  }

  private final Mark beginning;
  private Mark mark;
  private Mark nextMark;
  private long position;
  private boolean receiving;
  private long receivingSince;

  /**
   * Begins, with nothing received.
   *
   * @param nanoTime the time
   * @param position the offset of the first byte
   */
  public SegmentSpeed(long nanoTime, long position) {
    this.beginning = new Mark(nanoTime, position);
    this.mark = beginning;
    this.nextMark = beginning;
    this.position = position;
  }

  /**
   * Takes a look.
   *
   * @param nanoTime the time, which may stand still but not go back
   * @param offset that of the next byte
   * @param receives whether a body is being received
   * @return how many bytes have come since the last look
   */
  public long look(long nanoTime, long offset, boolean receives) {
    long came = Math.max(0, offset - position);
    position = offset;
    if (receiving != receives) {
      receiving = receives;
      receivingSince = nanoTime;
      mark = new Mark(nanoTime, offset);
      nextMark = mark;
    }
    if (nanoTime - nextMark.nanoTime >= SPACING_NANOS) {
      mark = nextMark;
      nextMark = new Mark(nanoTime, offset);
    }
    return came;
  }

  /** {@return whether a body was being received at the last look} */
  public boolean isReceiving() {
    return receiving;
  }

  /**
   * {@return whether the body that is being received was so long ago already}
   *
   * @param nanos so long ago
   * @param nanoTime the time
   */
  public boolean hasReceivedFor(long nanos, long nanoTime) {
    return receiving && nanoTime - receivingSince >= nanos;
  }

  /**
   * {@return the time since it began, in nanoseconds}
   *
   * @param nanoTime the time
   */
  public long age(long nanoTime) {
    return nanoTime - beginning.nanoTime;
  }

  /**
   * {@return the bytes a second of late}
   *
   * @param nanoTime the time
   * @param offset that of the next byte
   */
  public double bytesPerSecond(long nanoTime, long offset) {
    return mark.bytesPerSecond(nanoTime, offset);
  }

  /**
   * {@return the bytes a second since it began}
   *
   * @param nanoTime the time
   * @param offset that of the next byte
   */
  public double bytesPerSecondInAll(long nanoTime, long offset) {
    return beginning.bytesPerSecond(nanoTime, offset);
  }
}
