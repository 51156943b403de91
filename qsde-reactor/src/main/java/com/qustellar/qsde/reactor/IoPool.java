package com.qustellar.qsde.reactor;

import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The engine's bounded threads for files and digests.
 *
 * <p>The queue has no bound of its own: what enters it is bounded by the writes that segments may
 * have in flight. No thread of it is ever interrupted, as an interrupt closes a channel in use.
 */
final class IoPool implements Executor {

  private final ThreadPoolExecutor threads;

  /**
   * How many tasks wait for a thread. Not to be asked of their queue: in Java 17 that may have a
   * thread that is about to wait there keep its processor busy until something comes (JDK-8301341).
   */
  private final AtomicInteger waiting = new AtomicInteger();

  IoPool() {
    int size = Math.max(2, Math.min(Runtime.getRuntime().availableProcessors(), 16));
    AtomicInteger number = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            size,
            size,
            0,
            TimeUnit.SECONDS,
            // Without locks: event loops give work to it, and must not wait for one another there.
            new LinkedTransferQueue<>(),
            task -> new Worker(this, task, "qsde-io-" + number.incrementAndGet())) {
          /** Whoever gives it: what follows from a task comes after it, and not inside of it. */
          @Override
          public void execute(Runnable task) {
            waiting.incrementAndGet();
            super.execute(
                () -> {
                  waiting.decrementAndGet();
                  ((Worker) Thread.currentThread()).run(task);
                });
          }
        };
    // Threads that come and go would do so under a lock.
    threads.prestartAllCoreThreads();
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
   * Calls a blocking function on the pool, right after the one that runs where the subscriber is on
   * it already and nobody waits: what follows a file operation then costs no other turn. Once
   * started it runs to its end: a cancelled subscriber only no longer hears of it.
   */
  <T> Mono<T> call(Callable<? extends T> function) {
    return call(function, () -> {});
  }

  /**
   * As {@link #call(Callable)}.
   *
   * @param done run once the function has ended, and what follows from that on the same thread
   */
  <T> Mono<T> call(Callable<? extends T> function, Runnable done) {
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
                } finally {
                  done.run();
                }
              };
          if (Thread.currentThread() instanceof Worker worker && worker.isOf(this)) {
            worker.run(work);
          } else {
            threads.execute(work);
          }
        });
  }

  /** A thread of a pool. */
  private static final class Worker extends Thread {
    private final IoPool pool;

    // Used by this thread alone.
    private boolean running;
    private @Nullable Runnable next;

    Worker(IoPool pool, Runnable task, String name) {
      super(task, name);
      this.pool = pool;
      setDaemon(true);
    }

    boolean isOf(IoPool asked) {
      return pool == asked;
    }

    /**
     * Runs a task, and what it has asked to be run after it: not inside of it, as thousands of
     * downloads that begin at the end of another each would stand on one stack.
     */
    void run(Runnable task) {
      if (running) {
        later(task);
        return;
      }
      running = true;
      try {
        for (Runnable due = task; due != null; due = takeNext()) {
          due.run();
        }
      } finally {
        running = false;
        Runnable left = takeNext();
        if (left != null) {
          later(left); // this thread ends with an error
        }
      }
    }

    /**
     * One is enough for a thread: the others are for whoever has time. Where others wait it comes
     * after them, or downloads that each begin at the end of another would keep them waiting.
     */
    private void later(Runnable task) {
      if (running && next == null && pool.waiting.get() == 0) {
        next = task;
      } else {
        pool.threads.execute(task);
      }
    }

    private @Nullable Runnable takeNext() {
      Runnable taken = next;
      next = null;
      return taken;
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
