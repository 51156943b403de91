package com.qustellar.qsde.reactor;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps with a failure what else has failed on the way to it. */
final class FailureTree {

  private FailureTree() {}

  /**
   * Puts a failure under another one, unless it stands there already. Never in a circle: what walks
   * the failures, a logger say, would not find out again. One at a time: two that put two failures
   * under each other would make one.
   */
  static synchronized void add(Throwable failure, Throwable under) {
    boolean known = Stream.of(failure.getSuppressed()).anyMatch(there -> there == under);
    if (!known && !stands(failure, under)) {
      failure.addSuppressed(under);
    }
  }

  private static boolean stands(Throwable failure, @Nullable Throwable under) {
    return under != null
        && (under == failure
            || stands(failure, under.getCause())
            || Stream.of(under.getSuppressed()).anyMatch(next -> stands(failure, next)));
  }
}
