package com.qustellar.qsde.examples.cluster.s3;

import java.util.OptionalLong;

/**
 * How long the parts of an upload are, of which there may be 10,000.
 *
 * <p>Of an object whose length is known all parts but the last are of one size. Where it is not,
 * the size doubles every thousand parts: 8 MiB at first reach 8 TiB.
 */
final class PartSizes {

  static final long DEFAULT = 8L << 20;
  static final long SHORTEST = 5L << 20;
  static final long LONGEST = 1L << 30;
  private static final int MOST_PARTS = 10_000;
  private static final int EACH = 1_000;

  private final long base;
  private final boolean growing;

  private PartSizes(long base, boolean growing) {
    this.base = base;
    this.growing = growing;
  }

  static PartSizes of(OptionalLong total, long base) {
    if (total.isEmpty()) {
      return new PartSizes(base, true);
    }
    long least = (total.getAsLong() + MOST_PARTS - 1) / MOST_PARTS;
    return new PartSizes(Math.max(base, least), false);
  }

  /** Returns the size of a part, of which the first has the number 1. */
  long size(int number) {
    return growing ? base << ((number - 1) / EACH) : base;
  }
}
