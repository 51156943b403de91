package com.qustellar.qsde.reactor.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Runs one attempt a seed, many at a time, and tells which seeds failed and how to run them alone.
 */
final class Torture {

  /** The system property that runs one seed alone. */
  private static final String SEED = "qsde.torture.seed";

  /** The system property that multiplies the sample. */
  private static final String SCALE = "qsde.torture.scale";

  /** So long is waited for one step of one attempt at most: what takes longer hangs. */
  static final Duration LIMIT = Duration.ofSeconds(30);

  private static final int AT_A_TIME = 12;
  private static final int ENOUGH_FAILURES = 5;

  private final Class<?> test;
  private final long began = System.nanoTime();
  private final Map<String, Integer> outcomes = new ConcurrentSkipListMap<>();
  private final Queue<AssertionError> failures = new ConcurrentLinkedQueue<>();

  Torture(Class<?> test) {
    this.test = test;
  }

  /** One attempt, of which the seed decides all that can be decided. */
  interface Attempt {
    /** Returns what it came to, in a word or two for the figures. */
    String run(long seed) throws Exception;
  }

  /** Returns whether this is the sample rather than the whole. */
  static boolean isSample() {
    return Integer.getInteger(SCALE, 1) == 1;
  }

  /** Tries so many seeds, times the scale; or the one that was asked for. */
  void seeds(int sample, Attempt attempt) {
    Long alone = Long.getLong(SEED);
    long count = (long) sample * Integer.getInteger(SCALE, 1);
    Flux<Long> seeds =
        alone == null
            ? Flux.generate(
                () -> 1L,
                (next, sink) -> {
                  sink.next(next);
                  return next + 1;
                })
            : Flux.just(alone);
    seeds
        .take(count)
        .takeWhile(seed -> failures.size() < ENOUGH_FAILURES)
        .flatMap(
            seed ->
                Mono.fromRunnable(() -> attempt(seed, attempt))
                    .subscribeOn(Schedulers.boundedElastic()),
            AT_A_TIME)
        .blockLast();
    end();
  }

  private void attempt(long seed, Attempt attempt) {
    try {
      outcomes.merge(attempt.run(seed), 1, Integer::sum);
    } catch (Exception | AssertionError e) {
      failed(
          "seed %d (alone: .ci/torture %d, or -Dtest=%s -D%s=%d)"
              .formatted(seed, seed, test.getSimpleName(), SEED, seed),
          e);
    }
  }

  /** Keeps what has gone wrong for the end. */
  void failed(String which, Throwable how) {
    failures.add(new AssertionError(which + ": " + how.getMessage(), how));
  }

  /** Counts an outcome. */
  void count(String outcome) {
    outcomes.merge(outcome, 1, Integer::sum);
  }

  /** Writes the figures to {@code target/torture}, and fails if a seed has. */
  void end() {
    int tried = outcomes.values().stream().mapToInt(Integer::intValue).sum() + failures.size();
    String figures =
        outcomes.entrySet().stream()
            .map(outcome -> outcome.getValue() + " " + outcome.getKey())
            .collect(Collectors.joining(", "));
    String line =
        "%s: %d tried in %.1f s: %s; %d wrong%n"
            .formatted(
                test.getSimpleName(),
                tried,
                (System.nanoTime() - began) / 1e9,
                figures,
                failures.size());
    try {
      Path directory = Files.createDirectories(Path.of("target", "torture"));
      Files.writeString(directory.resolve(test.getSimpleName()), line);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    AssertionError first = failures.poll();
    if (first != null) {
      failures.forEach(first::addSuppressed);
      throw first;
    }
  }

  /** Returns numbers that have nothing in common with those of the seeds next to this one. */
  static Random random(long... seeds) {
    long mixed = 0;
    for (long seed : seeds) {
      mixed = (mixed ^ seed) * 0x9e3779b97f4a7c15L;
      mixed ^= mixed >>> 32;
    }
    return new Random(mixed);
  }

  /** Returns one of them. */
  static <T> T any(List<T> all, Random random) {
    return all.get(random.nextInt(all.size()));
  }

  /** Waits until something holds that nobody tells of. */
  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited in vain until " + what);
      }
      LockSupport.parkNanos(20_000);
    }
  }
}
