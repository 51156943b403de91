package com.qustellar.qsde.internal.plan;

import java.util.Arrays;

/**
 * Finds out by trying how many connections a download is worth: twice as many as long as that
 * brings more throughput, and the number before when it does not.
 *
 * <p>What counts is the best of a few windows, as servers that limit a connection's speed send in
 * bursts. A number that was found is tried to be bettered again after a while, and later and later.
 *
 * <p>Where connections are as fast as this process can be, it is the process that grows faster at
 * first, as its code is compiled: for as long as each window brings more than the one before, that
 * is not to the credit of their number.
 *
 * <p>Not thread-safe: its owner guards it.
 */
public final class ConnectionRamp {

  /** What twice as many connections have to bring at least. */
  private static final double GAIN = 1.15;

  /** What a connection brings, in bytes a second, that waits for this process and not the net. */
  public static final double FAST = 16 << 20;

  /** So many windows they get to show it. */
  public static final int TRIAL = 4;

  /** How many windows the number stands before it is tried again, at first and at last. */
  private static final int SHORTEST_REST = 32;

  private static final int LONGEST_REST = 1024;

  /** The last windows. */
  private final double[] recent = new double[TRIAL];

  private int connections;
  private int before;
  private double bestBefore;
  private double last;
  private int windows;
  private int at;
  private boolean fast;
  private boolean resting;
  private int rest = SHORTEST_REST;

  /**
   * Begins.
   *
   * @param connections how many to begin with, at least 1
   */
  public ConnectionRamp(int connections) {
    if (connections < 1) {
      throw new IllegalArgumentException("a download needs a connection: " + connections);
    }
    this.connections = connections;
    this.before = connections;
  }

  /** {@return how many connections to use} */
  public int connections() {
    return connections;
  }

  /**
   * {@return how many connections there will be, at most, as far as anybody knows}
   *
   * @param most how many there may be
   */
  public int expected(int most) {
    return fast ? Math.min(connections, most) : most;
  }

  /**
   * Takes in what so many connections have brought for a while, all of them at work.
   *
   * @param bytesPerSecond their throughput together
   * @param most how many connections there may be at most
   */
  public void observe(double bytesPerSecond, int most) {
    fast = bytesPerSecond >= FAST * connections;
    boolean warming = fast && bytesPerSecond >= last * GAIN;
    last = bytesPerSecond;
    recent[Math.floorMod(at++, TRIAL)] = bytesPerSecond;
    double best = Arrays.stream(recent).max().orElse(0);
    if ((warming && !resting) || best == 0) {
      return;
    }
    windows++;
    if (resting) {
      if (windows > rest && connections < most) {
        rest = Math.min(LONGEST_REST, 2 * rest);
        grow(best, most);
      }
    } else if (best >= bestBefore * GAIN) {
      if (connections < most) {
        grow(best, most);
      } else {
        rest();
      }
    } else if (windows >= TRIAL) {
      connections = before;
      rest();
    }
  }

  /**
   * The origin has refused a connection: it is left in peace for a while.
   *
   * @param most how many connections it leaves
   */
  public void refused(int most) {
    connections = Math.max(1, Math.min(connections, most));
    before = Math.min(before, connections);
    rest = LONGEST_REST;
    rest();
  }

  private void grow(double best, int most) {
    before = connections;
    bestBefore = best;
    connections = Math.min(most, 2 * connections);
    Arrays.fill(recent, 0);
    last = 0;
    windows = 0;
    resting = false;
  }

  private void rest() {
    windows = 0;
    resting = true;
  }
}
