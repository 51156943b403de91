package com.qustellar.qsde.reactor.testing;

import com.qustellar.qsde.reactor.testing.LeakProbe.Leak;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The time from the beginning of a test, or of a class, to its end. */
final class LeakScope {

  private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

  /** The running test's scope is on top, its class's below. */
  private static final Deque<LeakScope> OPEN = new ConcurrentLinkedDeque<>();

  /** What has failed a test does not fail its class once more. */
  private static final Set<Object> REPORTED = ConcurrentHashMap.newKeySet();

  private final List<Supplier<List<Leak>>> views = new CopyOnWriteArrayList<>();

  private LeakScope() {}

  static LeakScope open(Collection<? extends LeakProbe> probes) {
    LeakScope scope = new LeakScope();
    probes.forEach(probe -> scope.views.add(probe.begin()));
    OPEN.push(scope);
    return scope;
  }

  static LeakScope current() {
    LeakScope scope = OPEN.peek();
    if (scope == null) {
      throw new IllegalStateException("no test is running");
    }
    return scope;
  }

  void register(String name, LongSupplier mustBeZeroAtEnd) {
    views.add(
        () -> {
          long value = mustBeZeroAtEnd.getAsLong();
          return value == 0 ? List.of() : List.of(new Leak(new Object(), name + " is " + value));
        });
  }

  /**
   * Ends the scope once nothing is left, or fails when this takes longer than {@code patience}.
   *
   * @throws AssertionError that names all that is left
   */
  void close(Duration patience) {
    OPEN.remove(this);
    long deadline = System.nanoTime() + patience.toNanos();
    List<Leak> left = leaks();
    for (long pause = 100_000; !left.isEmpty() && System.nanoTime() < deadline; pause *= 2) {
      LockSupport.parkNanos(Math.min(pause, LONGEST_PAUSE.toNanos()));
      left = leaks();
    }
    if (!left.isEmpty()) {
      left.forEach(leak -> REPORTED.add(leak.identity()));
      throw new AssertionError(
          "leaked:\n" + String.join("\n", left.stream().map(Leak::description).toList()));
    }
  }

  private List<Leak> leaks() {
    List<Leak> leaks = new ArrayList<>();
    views.forEach(view -> leaks.addAll(view.get()));
    leaks.removeIf(leak -> REPORTED.contains(leak.identity()));
    return leaks;
  }
}
