package com.qustellar.qsde.internal.journal;

import com.qustellar.qsde.internal.plan.ByteRange;

/**
 * A claim of the journal: that a completed write has put these bytes into the part file.
 *
 * @param range the bytes, at least one
 * @param crc their CRC32C (RFC 3720 appendix B.4)
 */
public record Claim(ByteRange range, int crc) {

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public Claim {
    if (range.isEmpty()) {
      throw new IllegalArgumentException("a claim of no bytes");
    }
  }

  /**
   * {@return the claim of this one's bytes and of those behind them}
   *
   * @param next the claim that begins where this one ends
   * @throws IllegalArgumentException if it begins elsewhere
   */
  public Claim join(Claim next) {
    if (!isFollowedBy(next)) {
      throw new IllegalArgumentException(next.range + " does not follow " + range);
    }
    return new Claim(
        new ByteRange(range.start(), next.range.endExclusive()),
        Crc32c.join(crc, next.crc, next.range.length()));
  }

  /**
   * {@return whether another claim begins where this one ends}
   *
   * @param next the other claim
   */
  public boolean isFollowedBy(Claim next) {
    return range.endExclusive() == next.range.start();
  }
}
