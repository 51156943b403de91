package com.qustellar.qsde.internal.rate;

/**
 * Tells a connection that is too slow: one that brings less than so many bytes a second, over
 * {@value #WINDOW_MILLIS} ms in which it was waited for.
 *
 * <p>Time in which nobody waits for the connection, as a bound on the speed, a full memory or a
 * slow reader holds it, does not count; what has come meanwhile does. Not safe for use by several
 * threads.
 */
public final class SpeedFloor {

  /** As long as curl's {@code --speed-time} by default: what a slow start has no part in. */
  static final long WINDOW_MILLIS = 30_000;

  private final long bytesPerSecond;
  private long before;
  private long waited;

  /**
   * Begins, with nothing brought.
   *
   * @param bytesPerSecond less than this is too slow
   */
  public SpeedFloor(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /**
   * Looks at a connection, a while after the last look.
   *
   * @param brought how many bytes it has brought in all
   * @param waiting whether more are wanted now, and have not come
   * @param millis how long the while was
   * @return whether it was too slow in the window that ends now; between windows it never is
   */
  public boolean isTooSlow(long brought, boolean waiting, long millis) {
    waited += waiting ? millis : 0;
    if (waited < WINDOW_MILLIS) {
      return false;
    }
    double speed = (brought - before) * 1000.0 / waited;
    before = brought;
    waited = 0;
    return speed < bytesPerSecond;
  }
}
