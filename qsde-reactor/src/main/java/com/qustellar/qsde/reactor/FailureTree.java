package com.qustellar.qsde.reactor;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Keeps with a failure what else has failed on the way to it. */
final class FailureTree {

  private FailureTree() {}

  /**
   * Puts a failure under another one, unless it stands there already. Never in a circle: what walks
   * the failures, a logger say, would not find out again. One at a time: two that put two failures
   * under each other would make one.
   */
  static synchronized void add(Throwable failure, Throwable under) {
    boolean known = Arrays.stream(failure.getSuppressed()).anyMatch(there -> there == under);
    if (!known && !all(under).contains(failure)) {
      failure.addSuppressed(under);
    }
  }

  /** Returns a failure and what stands under it; others may have made circles of theirs. */
  private static Set<Throwable> all(Throwable failure) {
    Set<Throwable> all = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> left = new ArrayDeque<>(List.of(failure));
    while (!left.isEmpty()) {
      Throwable next = left.pop();
      if (all.add(next)) {
        left.addAll(List.of(next.getSuppressed()));
        if (next.getCause() != null) {
          left.add(next.getCause());
        }
      }
    }
    return all;
  }
}
