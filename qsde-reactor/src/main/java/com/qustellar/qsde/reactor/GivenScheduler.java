package com.qustellar.qsde.reactor;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * A caller's scheduler. Whatever it throws where it is given a task means that it does not take the
 * task, which the engine can do without; anything else would go through to whoever has one.
 */
final class GivenScheduler implements Scheduler {

  private final Scheduler scheduler;

  GivenScheduler(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  @Override
  public Disposable schedule(Runnable task) {
    return taken(() -> scheduler.schedule(task));
  }

  @Override
  public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
    return taken(() -> scheduler.schedule(task, delay, unit));
  }

  @Override
  public Disposable schedulePeriodically(Runnable task, long delay, long period, TimeUnit unit) {
    return taken(() -> scheduler.schedulePeriodically(task, delay, period, unit));
  }

  private static Disposable taken(Supplier<Disposable> task) {
    try {
      return task.get();
    } catch (RejectedExecutionException e) {
      throw e;
    } catch (Throwable thrown) {
      throw new RejectedExecutionException("the scheduler failed", thrown);
    }
  }

  @Override
  public long now(TimeUnit unit) {
    return scheduler.now(unit);
  }

  @Override
  public Worker createWorker() {
    return scheduler.createWorker();
  }

  @Override
  public boolean isDisposed() {
    return scheduler.isDisposed();
  }

  @Override
  public String toString() {
    return scheduler.toString();
  }
}
