package com.qustellar.qsde.reactor.torture;

import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A scheduler on which time passes a hundred times as fast, so that an engine may keep its usual
 * waits: half a minute of silence takes 0.3 s. Unlike virtual time it needs nobody to move it.
 */
final class FastTime implements Scheduler {

  private static final int TIMES = 100;

  private final Scheduler real = Schedulers.newParallel("torture-time", 2, true);
  private final long start = System.nanoTime();

  private static long scaled(long time, TimeUnit unit) {
    return unit.toNanos(time) / TIMES;
  }

  @Override
  public long now(TimeUnit unit) {
    return unit.convert((System.nanoTime() - start) * TIMES, TimeUnit.NANOSECONDS);
  }

  @Override
  public Disposable schedule(Runnable task) {
    return real.schedule(task);
  }

  @Override
  public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
    return real.schedule(task, scaled(delay, unit), TimeUnit.NANOSECONDS);
  }

  @Override
  public Disposable schedulePeriodically(Runnable task, long delay, long period, TimeUnit unit) {
    return real.schedulePeriodically(
        task, scaled(delay, unit), scaled(period, unit), TimeUnit.NANOSECONDS);
  }

  @Override
  public Worker createWorker() {
    Worker worker = real.createWorker();
    return new Worker() {
      @Override
      public Disposable schedule(Runnable task) {
        return worker.schedule(task);
      }

      @Override
      public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return worker.schedule(task, scaled(delay, unit), TimeUnit.NANOSECONDS);
      }

      @Override
      public Disposable schedulePeriodically(
          Runnable task, long delay, long period, TimeUnit unit) {
        return worker.schedulePeriodically(
            task, scaled(delay, unit), scaled(period, unit), TimeUnit.NANOSECONDS);
      }

      @Override
      public void dispose() {
        worker.dispose();
      }

      @Override
      public boolean isDisposed() {
        return worker.isDisposed();
      }
    };
  }

  @Override
  public void dispose() {
    real.dispose();
  }

  @Override
  public boolean isDisposed() {
    return real.isDisposed();
  }
}
