package com.qustellar.qsde.internal.plan;

/**
 * Who starts next, where there is not room for all: of several turns the least one.
 *
 * <p>A higher priority comes first. Of the same priority the one that has the fewest already comes
 * first, so that a download with many connections keeps no other from the origin; and then the one
 * that has waited longest.
 *
 * @param priority higher is sooner
 * @param running how many places its owner has already
 * @param arrival counts up as turns are asked for
 */
public record Turn(int priority, int running, long arrival) implements Comparable<Turn> {

  @Override
  public int compareTo(Turn other) {
    int byPriority = Integer.compare(other.priority, priority);
    int byRunning = Integer.compare(running, other.running);
    if (byPriority != 0) {
      return byPriority;
    }
    return byRunning != 0 ? byRunning : Long.compare(arrival, other.arrival);
  }
}
