package com.qustellar.qsde.reactor.testing;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Lists the threads that are QSDE's or would keep the process from ending. */
final class ThreadProbe implements LeakProbe {

  private static final List<String> OWN = List.of("qsde-", "origin-");

  /** JUnit's timeouts, and Netty's one global executor, which ends after a second without work. */
  private static final List<String> FOREIGN = List.of("junit-", "globalEventExecutor-");

  @Override
  public Supplier<List<Leak>> begin() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    return () ->
        Thread.getAllStackTraces().entrySet().stream()
            .filter(thread -> !before.contains(thread.getKey()) && counts(thread.getKey()))
            .map(thread -> new Leak(thread.getKey(), describe(thread)))
            .toList();
  }

  private static boolean counts(Thread thread) {
    String name = thread.getName();
    return OWN.stream().anyMatch(name::startsWith)
        || (!thread.isDaemon() && FOREIGN.stream().noneMatch(name::startsWith));
  }

  private static String describe(Map.Entry<Thread, StackTraceElement[]> thread) {
    return Arrays.stream(thread.getValue())
        .map(frame -> "\n    at " + frame)
        .collect(
            Collectors.joining("", "a thread is still alive: " + thread.getKey().getName(), ""));
  }
}
