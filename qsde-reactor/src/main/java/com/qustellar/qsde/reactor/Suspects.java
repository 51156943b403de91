package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Who is asked alone after a file has come out wrong: each mirror in turn, as one of them may have
 * brought other bytes than the rest. A request of one mirror asks that one once more.
 *
 * <p>Where two mirrors, or of more than two three, agree on the same wrong digest none of them is
 * at fault, but the digest that is expected. Not thread-safe: passes follow each other.
 */
final class Suspects {

  private final Deque<Integer> left;
  private final Map<Checksum, Integer> seen = new HashMap<>();
  private final int agreed;

  /** Begins with all mirrors of a request, of which there are so many. */
  Suspects(int mirrors) {
    agreed = Math.min(3, Math.max(2, mirrors));
    left = new ArrayDeque<>(IntStream.range(0, mirrors).boxed().toList());
  }

  /**
   * Returns the next one, empty if there is none, or if it would be of no use.
   *
   * @param actual the digest that has come out, null where the last pass did not come to its end
   * @param sole who had brought all of it; empty if several had
   */
  OptionalInt next(@Nullable Checksum actual, OptionalInt sole) {
    if (actual != null && seen.merge(actual, 1, Integer::sum) == agreed) {
      return OptionalInt.empty();
    }
    if (sole.isPresent() && left.remove(sole.getAsInt())) {
      // It has been alone already.
      left.addLast(sole.getAsInt());
    }
    Integer next = left.pollFirst();
    return next == null ? OptionalInt.empty() : OptionalInt.of(next);
  }
}
