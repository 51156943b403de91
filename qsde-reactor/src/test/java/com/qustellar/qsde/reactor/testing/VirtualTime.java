package com.qustellar.qsde.reactor.testing;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * A scheduler whose time passes when a test says so, which event loops may use meanwhile. What is
 * due is run by the thread that advances the time, and by none but that: all of it has run when
 * that returns. With Reactor's own, a thread that schedules may be the one that runs it, later.
 */
public final class VirtualTime implements Scheduler {

  // Guarded by this.
  private final Queue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::due).thenComparingLong(Task::number));
  private long now;
  private long count;

  /** What is to be run; again and again if it has a period. */
  private record Task(Runnable run, long due, long period, long number, Disposable.Swap handle) {}

  /**
   * Lets time pass, and runs what becomes due, in order.
   *
   * @param duration how much; not negative
   */
  public void advanceTimeBy(Duration duration) {
    long target = now(TimeUnit.NANOSECONDS) + duration.toNanos();
    for (Task task = next(target); task != null; task = next(target)) {
      task.run().run();
    }
  }

  private synchronized @Nullable Task next(long target) {
    Task task = tasks.peek();
    if (task == null || task.due() > target) {
      now = target;
      return null;
    }
    tasks.remove();
    now = Math.max(now, task.due());
    if (task.period() > 0) {
      add(task.run(), task.due() + task.period(), task.period(), task.handle());
    }
    return task;
  }

  /** Returns how many tasks will be run within a time, and once only. */
  public synchronized long pending(Duration within) {
    return tasks.stream()
        .filter(task -> task.period() == 0 && task.due() - now < within.toNanos())
        .count();
  }

  private void add(Runnable run, long due, long period, Disposable.Swap handle) {
    Task task = new Task(run, due, period, count++, handle);
    tasks.add(task);
    handle.replace(() -> remove(task));
  }

  private synchronized void remove(Task task) {
    tasks.remove(task);
  }

  private synchronized Disposable add(Runnable run, long delay, long period) {
    Disposable.Swap handle = Disposables.swap();
    add(run, now + Math.max(0, delay), period, handle);
    return handle;
  }

  /** Runs it at once, on the thread that calls. */
  @Override
  public Disposable schedule(Runnable run) {
    run.run();
    return Disposables.disposed();
  }

  @Override
  public Disposable schedule(Runnable run, long delay, TimeUnit unit) {
    return delay <= 0 ? schedule(run) : add(run, unit.toNanos(delay), 0);
  }

  @Override
  public Disposable schedulePeriodically(Runnable run, long delay, long period, TimeUnit unit) {
    return add(run, unit.toNanos(delay), unit.toNanos(period));
  }

  @Override
  public synchronized long now(TimeUnit unit) {
    return unit.convert(now, TimeUnit.NANOSECONDS);
  }

  @Override
  public Worker createWorker() {
    return new TasksOfOne(this);
  }

  private static final class TasksOfOne implements Worker {

    private final VirtualTime time;
    private final Disposable.Composite tasks = Disposables.composite();

    TasksOfOne(VirtualTime time) {
      this.time = time;
    }

    @Override
    public Disposable schedule(Runnable run) {
      return time.schedule(run);
    }

    @Override
    public Disposable schedule(Runnable run, long delay, TimeUnit unit) {
      return added(time.schedule(run, delay, unit));
    }

    @Override
    public Disposable schedulePeriodically(Runnable run, long delay, long period, TimeUnit unit) {
      return added(time.schedulePeriodically(run, delay, period, unit));
    }

    private Disposable added(Disposable task) {
      tasks.add(task);
      return task;
    }

    @Override
    public void dispose() {
      tasks.dispose();
    }

    @Override
    public boolean isDisposed() {
      return tasks.isDisposed();
    }
  }
}
