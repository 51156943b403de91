package com.qustellar.qsde.internal.journal;

import com.qustellar.qsde.internal.plan.ByteRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Claims in the order of the file, of which no two overlap: a later one ends whatever it overlaps,
 * as the older checksum is of bytes that are no longer there.
 *
 * <p>Not thread-safe: its owner guards it.
 */
public final class Claims {

  /** What one flipped byte costs at the most, and what one record is worth. */
  private static final long LONGEST = 4L << 20;

  private final TreeMap<Long, Claim> claims = new TreeMap<>();

  /** Makes an empty collection. */
  public Claims() {}

  /**
   * Adds a claim and ends those that it overlaps.
   *
   * @param claim the claim
   */
  public void add(Claim claim) {
    remove(claim.range());
    claims.put(claim.range().start(), claim);
  }

  /**
   * Ends every claim that has a byte of a range.
   *
   * @param range the range
   */
  public void remove(ByteRange range) {
    Map.Entry<Long, Claim> hit = claims.lowerEntry(range.endExclusive());
    while (hit != null && hit.getValue().range().endExclusive() > range.start()) {
      claims.remove(hit.getKey());
      hit = claims.lowerEntry(range.endExclusive());
    }
  }

  /** {@return the claims in order; a copy} */
  public List<Claim> list() {
    return List.copyOf(claims.values());
  }

  /** {@return the claims in order, neighbours joined up to 4 MiB; none is left behind} */
  public List<Claim> drain() {
    List<Claim> joined = new ArrayList<>();
    Claim open = null;
    for (Claim claim : claims.values()) {
      if (open == null) {
        open = claim;
      } else if (open.isFollowedBy(claim)
          && open.range().length() + claim.range().length() <= LONGEST) {
        open = open.join(claim);
      } else {
        joined.add(open);
        open = claim;
      }
    }
    if (open != null) {
      joined.add(open);
    }
    claims.clear();
    return joined;
  }

  /** {@return whether there is no claim} */
  public boolean isEmpty() {
    return claims.isEmpty();
  }
}
