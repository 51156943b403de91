package com.qustellar.qsde.internal.plan;

import java.util.Comparator;

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

  private static final Comparator<Turn> ORDER =
      Comparator.comparingInt(Turn::priority)
          .reversed()
          .thenComparingInt(Turn::running)
          .thenComparingLong(Turn::arrival);

  @Override
  public int compareTo(Turn other) {
    return ORDER.compare(this, other);
  }
}
