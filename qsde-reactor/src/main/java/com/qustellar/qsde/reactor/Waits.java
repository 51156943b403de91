package com.qustellar.qsde.reactor;

import java.time.Duration;

/** How long a timer can be set to wait. */
final class Waits {

  /**
   * So long that nobody sees its end, and so short that it and the time of a clock, in nanoseconds
   * since 1970, make a long yet.
   */
  private static final Duration LONGEST = Duration.ofDays(100 * 365);

  private Waits() {}

  /** Returns a time that a user has given, or as much of it as a timer can be set to. */
  static Duration bounded(Duration given) {
    return given.compareTo(LONGEST) < 0 ? given : LONGEST;
  }
}
