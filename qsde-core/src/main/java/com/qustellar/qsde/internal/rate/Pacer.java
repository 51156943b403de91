package com.qustellar.qsde.internal.rate;

/**
 * Decides when the next read may be asked for, so that no more than a number of bytes a second
 * comes: the virtual scheduling of the generic cell rate algorithm (ITU-T I.371).
 *
 * <p>Every read is charged as full when it is asked for, and put right when it has come. What was
 * not used while nobody asked is lost: there is no burst after a pause. Only what a timer is late
 * by, {@value #GRACE} ns at most, is made up for. Not safe for use by several threads.
 */
public final class Pacer {

  private static final long SECOND = 1_000_000_000;
  private static final long GRACE = SECOND / 20;

  private static final int LARGEST = 256 << 10;
  private static final int SMALLEST = 4 << 10;
  private static final int READS_A_SECOND = 64;

  // The moment at which all that has been charged will have taken its time, in nanoseconds.
  private long due = Long.MIN_VALUE / 2;
  private long latest = Long.MIN_VALUE;
  private long rate = 1;

  /**
   * Returns how many bytes to read at once: the largest power of two of which 64 and more make a
   * second, so that they come evenly.
   *
   * @param bytesPerSecond at least 1
   * @return from 4 KiB to 256 KiB
   */
  public static int readSize(long bytesPerSecond) {
    long even = Long.highestOneBit(Math.max(1, bytesPerSecond / READS_A_SECOND));
    return (int) Math.max(SMALLEST, Math.min(LARGEST, even));
  }

  /**
   * Returns how long the next read has to wait.
   *
   * @param now a time in nanoseconds, that of the other calls' clock
   * @param bytesPerSecond the rate, at least 1
   * @return nanoseconds, 0 if it may be asked for now
   */
  public long delay(long now, long bytesPerSecond) {
    observe(now, bytesPerSecond);
    return Math.max(0, due - now);
  }

  /**
   * Charges a read that is being asked for.
   *
   * @param now a time in nanoseconds
   * @param bytes how many it brings at most
   * @param bytesPerSecond the rate, at least 1
   */
  public void charge(long now, int bytes, long bytesPerSecond) {
    observe(now, bytesPerSecond);
    due = Math.max(due, now - GRACE) + cost(bytes, bytesPerSecond);
  }

  /**
   * Puts right what was charged for a read that has come, or never will.
   *
   * @param charged how many bytes were charged
   * @param bytes how many have come
   * @param bytesPerSecond the rate, at least 1
   */
  public void correct(int charged, int bytes, long bytesPerSecond) {
    due += cost(bytes - charged, bytesPerSecond);
  }

  /**
   * A clock that is set back takes what is due with it; and what is owed at one rate is fewer or
   * more nanoseconds at another.
   */
  private void observe(long now, long bytesPerSecond) {
    if (now < latest) {
      due -= latest - now;
    }
    latest = now;
    if (bytesPerSecond != rate && due > now) {
      due = now + (long) ((double) (due - now) * rate / bytesPerSecond);
    }
    rate = bytesPerSecond;
  }

  private static long cost(int bytes, long bytesPerSecond) {
    return bytes * SECOND / bytesPerSecond;
  }
}
