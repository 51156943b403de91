package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.reactor.DownloadEngine;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a run end in order when the process is told to end by SIGINT or SIGTERM.
 *
 * <p>The engine is closed, which cancels what runs; the run sees that, says so and cleans up; then
 * the process ends with the signal's own exit code, 129, 130 or 143, which the JVM chooses.
 */
final class SignalGuard {

  private static final int LONGEST_SECONDS = 10;

  private SignalGuard() {}

  /** Returns what the run returns. On a signal the process waits for its end, within reason. */
  static <T> T guard(DownloadEngine engine, Callable<T> run) throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              engine.close();
              awaitQuietly(ended);
            },
            "qsde-signal");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return run.call();
    } finally {
      ended.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is ending, and the hook with it.
      }
    }
  }

  @SuppressWarnings("ResultOfMethodCallIgnored") // after that long the process ends all the same
  private static void awaitQuietly(CountDownLatch ended) {
    try {
      ended.await(LONGEST_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
