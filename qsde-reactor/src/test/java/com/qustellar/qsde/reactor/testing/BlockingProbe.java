package com.qustellar.qsde.reactor.testing;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Remembers the calls that BlockHound refused. The error that it throws may end where no test
 * looks: in a log, in an operator's dropped errors, in a retry.
 */
final class BlockingProbe implements LeakProbe {

  private static final List<Error> REFUSED = new CopyOnWriteArrayList<>();

  static void blocked(Error error) {
    REFUSED.add(error);
  }

  /** Returns what was refused and forgets it, for a test that blocks on purpose. */
  static List<Error> drain() {
    List<Error> refused = List.copyOf(REFUSED);
    REFUSED.removeAll(refused);
    return refused;
  }

  @Override
  public Supplier<List<Leak>> begin() {
    List<Error> before = List.copyOf(REFUSED);
    return () ->
        REFUSED.stream()
            .filter(error -> !before.contains(error))
            .map(error -> new Leak(error, describe(error)))
            .toList();
  }

  private static String describe(Error error) {
    return Arrays.stream(error.getStackTrace())
        .map(frame -> "\n    at " + frame)
        .collect(
            Collectors.joining("", "a thread that must not block did: " + error.getMessage(), ""));
  }
}
