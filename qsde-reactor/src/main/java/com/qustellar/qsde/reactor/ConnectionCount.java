package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.internal.plan.ConnectionRamp;
import java.util.function.IntSupplier;

/**
 * How many connections one download uses at once: as many as it was told to, by the limits as they
 * are now, or as many as it finds to be of use.
 */
final class ConnectionCount {

  /** How many connections a download finds for itself at first, and at most. */
  static final int FIRST = 4;

  static final int MOST = 16;

  private final IntSupplier wanted;
  private final IntSupplier share;

  // Guarded by this.
  private final ConnectionRamp ramp = new ConnectionRamp(FIRST);

  /**
   * Makes one.
   *
   * @param wanted the number that is wanted, or {@link Limits#AUTO}
   * @param share how many there may be without keeping other downloads from the origin
   */
  ConnectionCount(IntSupplier wanted, IntSupplier share) {
    this.wanted = wanted;
    this.share = share;
  }

  synchronized int connections() {
    int number = wanted.getAsInt();
    return number == Limits.AUTO ? Math.min(ramp.connections(), most()) : number;
  }

  /** Returns how many there will be at once, at most, as far as anybody knows. */
  synchronized int expected() {
    int number = wanted.getAsInt();
    return number == Limits.AUTO ? ramp.expected(MOST) : number;
  }

  /** So much have so many brought, all of them at work. */
  synchronized void observe(double bytesPerSecond) {
    if (wanted.getAsInt() == Limits.AUTO) {
      ramp.observe(bytesPerSecond, most());
    }
  }

  /** The origin has refused one. */
  synchronized void refused() {
    ramp.refused(most());
  }

  private int most() {
    return Math.max(1, Math.min(MOST, share.getAsInt()));
  }
}
