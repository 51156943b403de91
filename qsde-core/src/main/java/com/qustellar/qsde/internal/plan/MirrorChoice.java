package com.qustellar.qsde.internal.plan;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The rules by which the segments of a file are spread over its mirrors, by the speed that each has
 * shown.
 *
 * <p>Connections are given out by highest averages (D'Hondt's rule): the next one goes where the
 * speed of a connection, divided by one more than there are, is largest. So mirrors get connections
 * in proportion to their speed, and fewer where they only share what there is.
 */
public final class MirrorChoice {

  /** One that is slower than the fastest divided by this isn't worth a segment. */
  private static final int CRAWL = 8;

  private MirrorChoice() {}

  /**
   * A mirror that may be asked.
   *
   * @param connections how many it has now
   * @param room whether its origin allows one more, now
   * @param bytesPerSecond what a connection to it brings; empty before that was measured
   */
  public record Candidate(int connections, boolean room, OptionalDouble bytesPerSecond) {

    private double average() {
      return bytesPerSecond.orElse(0) / (connections + 1);
    }
  }

  /**
   * Chooses who is asked for the next segment. One whose speed nobody knows yet gets a segment to
   * show it, and no more before it has; of equals the first is taken.
   *
   * @param candidates the mirrors, the preferred ones first
   * @return the index of one that has room, if any has; empty if there are no candidates
   */
  public static OptionalInt next(List<Candidate> candidates) {
    boolean anyRoom = candidates.stream().anyMatch(Candidate::room);
    double fastest = fastest(candidates, anyRoom);
    int best = -1;
    for (int i = 0; i < candidates.size(); i++) {
      Candidate candidate = candidates.get(i);
      if (anyRoom && !candidate.room()) {
        continue;
      }
      boolean known = candidate.bytesPerSecond().isPresent();
      if (!known && candidate.connections() == 0) {
        return OptionalInt.of(i);
      }
      boolean useless =
          fastest >= 0 && (!known || candidate.bytesPerSecond().getAsDouble() * CRAWL < fastest);
      if (!useless && (best < 0 || isBetter(candidate, candidates.get(best)))) {
        best = i;
      }
    }
    return best < 0 ? OptionalInt.empty() : OptionalInt.of(best);
  }

  private static boolean isBetter(Candidate one, Candidate other) {
    int byAverage = Double.compare(one.average(), other.average());
    return byAverage > 0 || (byAverage == 0 && one.connections() < other.connections());
  }

  /**
   * {@return whether a mirror is so slow that another one should bring what it was asked for}
   *
   * @param mirror its index
   * @param candidates all of them
   */
  public static boolean isOutpaced(int mirror, List<Candidate> candidates) {
    OptionalDouble own = candidates.get(mirror).bytesPerSecond();
    return own.isPresent() && own.getAsDouble() * CRAWL < fastest(candidates, true);
  }

  /** Returns the speed of the fastest, negative if none is known. */
  private static double fastest(List<Candidate> candidates, boolean withRoom) {
    return candidates.stream()
        .filter(candidate -> candidate.room() || !withRoom)
        .mapToDouble(candidate -> candidate.bytesPerSecond().orElse(-1))
        .max()
        .orElse(-1);
  }
}
