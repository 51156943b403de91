package com.qustellar.qsde.reactor;

/**
 * The reads of one body, one at a time: each is asked for when it is due by its download's rate and
 * by the engine's.
 */
final class ReadTurns {

  private final Throttle own;
  private final Throttle shared;
  private final int size;

  // Of the read that is under way; each is written before that is asked for.
  private volatile int ownCharge;
  private volatile int sharedCharge;

  ReadTurns(Throttle own, Throttle shared) {
    this.own = own;
    this.shared = shared;
    this.size = Math.min(own.readSize(), shared.readSize());
  }

  /** Runs the task when the next read is due. */
  void whenDue(Runnable ask) {
    own.whenDue(
        size,
        charge -> {
          ownCharge = charge;
          shared.whenDue(
              size,
              sharedCharged -> {
                sharedCharge = sharedCharged;
                ask.run();
              });
        });
  }

  /** The read has brought so many bytes; none, where it was given up. */
  void came(int bytes) {
    own.came(ownCharge, bytes);
    shared.came(sharedCharge, bytes);
  }
}
