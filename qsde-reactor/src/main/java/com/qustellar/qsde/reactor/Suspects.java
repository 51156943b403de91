package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Who is asked alone after a file has come out wrong: each mirror in turn, as one of them may have
 * brought other bytes than the rest. A request of one mirror asks that one once more.
 *
 * <p>Where the same wrong digest comes a second time no mirror is at fault, but the digest that is
 * expected. Not thread-safe: passes follow each other.
 */
final class Suspects {

  private final Deque<Integer> left;
  private final Set<Checksum> seen = new HashSet<>();

  /** Begins with all mirrors of a request, of which there are so many. */
  Suspects(int mirrors) {
    left = new ArrayDeque<>(IntStream.range(0, mirrors).boxed().toList());
  }

  /**
   * Returns the next one, empty if there is none, or if it would be of no use.
   *
   * @param actual the digest that has come out, null where the last pass did not come to its end
   * @param sole who had brought all of it; empty if several had
   */
  OptionalInt next(@Nullable Checksum actual, OptionalInt sole) {
    if (actual != null && !seen.add(actual)) {
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
