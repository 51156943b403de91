package com.qustellar.qsde.reactor;

import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;

/**
 * The engine's bounded threads for files and digests.
 *
 * <p>The queue has no bound of its own: what enters it is bounded by the writes that segments may
 * have in flight. No thread of it is ever interrupted, as an interrupt closes a channel in use.
 */
final class IoPool implements Executor {

  private final ExecutorService threads;

  IoPool() {
    int size = Math.max(2, Math.min(Runtime.getRuntime().availableProcessors(), 16));
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size,
            size,
            0,
            TimeUnit.SECONDS,
            // Without locks: event loops give work to it, and must not wait for one another there.
            new LinkedTransferQueue<>(),
            task -> new Worker(this, task, "qsde-io-" + number.incrementAndGet()));
    // Threads that come and go would do so under a lock.
    pool.prestartAllCoreThreads();
    threads = pool;
  }

  @Override
  public void execute(Runnable task) {
    threads.execute(task);
  }

  /** The executor as {@code AsynchronousFileChannel} wants it. */
  ExecutorService executor() {
    return threads;
  }

  /**
   * Calls a blocking function on the pool, at once where the subscriber is on it already: what
   * follows a file operation costs no other turn. Once started it runs to its end: a cancelled
   * subscriber only no longer hears of it.
   */
  <T> Mono<T> call(Callable<? extends T> function) {
    return Mono.create(
        sink -> {
          AtomicBoolean gone = new AtomicBoolean();
          sink.onDispose(() -> gone.set(true));
          Runnable work =
              () -> {
                try {
                  sink.success(function.call());
                } catch (Throwable t) {
                  if (!gone.get()) {
                    sink.error(t);
                  }
                }
              };
          if (Thread.currentThread() instanceof Worker worker && worker.isOf(this)) {
            work.run();
          } else {
            threads.execute(work);
          }
        });
  }

  /** A thread of a pool. */
  private static final class Worker extends Thread {
    private final IoPool pool;

    Worker(IoPool pool, Runnable task, String name) {
      super(task, name);
      this.pool = pool;
      setDaemon(true);
    }

    boolean isOf(IoPool asked) {
      return pool == asked;
    }
  }

  /** Ends the threads once their work is done; completes when they have ended. */
  Mono<Void> closeLater() {
    return Mono.create(
        sink -> {
          Thread waiter =
              new Thread(
                  () -> {
                    threads.shutdown();
                    try {
                      threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                    sink.success();
                  },
                  "qsde-close");
          waiter.setDaemon(true);
          waiter.start();
        });
  }
}
