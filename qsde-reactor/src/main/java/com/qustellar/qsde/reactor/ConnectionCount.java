package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.internal.plan.ConnectionRamp;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * How many connections one download uses at once: as many as it was told to, by the limits as they
 * are now, or as many as it finds to be of use.
 */
final class ConnectionCount {

  /** How many connections a download finds for itself at first, and at most. */
  static final int FIRST = 4;

  static final int MOST = 16;

  /** What a single connection brings where others could hardly bring more. */
  private static final int ENOUGH = 64 << 20;

  private final IntSupplier wanted;
  private final IntSupplier share;
  private final BooleanSupplier behind;

  // Guarded by this.
  private ConnectionRamp ramp = new ConnectionRamp(FIRST);
  private boolean alone;
  private int tooFew;

  /**
   * Makes one.
   *
   * @param wanted the number that is wanted, or {@link Limits#AUTO}
   * @param share how many there may be without keeping other downloads from the origin
   * @param behind whether what comes waits for this process, so that more of it is of no use
   */
  ConnectionCount(IntSupplier wanted, IntSupplier share, BooleanSupplier behind) {
    this.wanted = wanted;
    this.share = share;
    this.behind = behind;
  }

  /**
   * Has a download that finds the number for itself begin with one, and go on with that for as long
   * as it alone brings {@value #ENOUGH} bytes a second.
   */
  synchronized void beginWithOne() {
    alone = true;
    ramp = new ConnectionRamp(1);
  }

  synchronized int connections() {
    int number = wanted.getAsInt();
    return number == Limits.AUTO ? Math.min(ramp.connections(), most()) : number;
  }

  /** Returns how many there will be at once, at most, as far as anybody knows. */
  synchronized int expected() {
    int number = wanted.getAsInt();
    return number == Limits.AUTO ? (alone ? 1 : ramp.expected(MOST)) : number;
  }

  /** So much have so many brought, all of them at work. */
  synchronized void observe(double bytesPerSecond) {
    if (wanted.getAsInt() != Limits.AUTO || behind.getAsBoolean()) {
      return;
    }
    if (!alone) {
      ramp.observe(bytesPerSecond, most());
    } else if (bytesPerSecond >= ENOUGH) {
      tooFew = 0;
    } else if (bytesPerSecond < ConnectionRamp.FAST || ++tooFew == ConnectionRamp.TRIAL) {
      alone = false;
      ramp = new ConnectionRamp(FIRST);
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
