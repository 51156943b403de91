package com.qustellar.qsde.reactor;

import java.util.AbstractQueue;
import java.util.Collection;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that wait for a thread of a pool, without a bound. Who gives one waits for nobody, and
 * who waits for one sleeps.
 *
 * <p>Of the JDK's queues {@code LinkedTransferQueue} alone is given to without a lock, but in Java
 * 17 who waits there keeps a processor busy, until something comes, where somebody has just looked
 * whether it is empty (JDK-8301341).
 */
final class TaskQueue extends AbstractQueue<Runnable> implements BlockingQueue<Runnable> {

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  /** As many as there are tasks; more for a while, where one has been removed. */
  private final Semaphore there = new Semaphore(0);

  @Override
  public boolean offer(Runnable task) {
    tasks.add(task);
    there.release();
    return true;
  }

  @Override
  public boolean offer(Runnable task, long timeout, TimeUnit unit) {
    return offer(task);
  }

  @Override
  public void put(Runnable task) {
    offer(task);
  }

  @Override
  public Runnable take() throws InterruptedException {
    while (true) {
      there.acquire();
      Runnable task = tasks.poll();
      if (task != null) {
        return task;
      }
    }
  }

  @Override
  public @Nullable Runnable poll() {
    while (there.tryAcquire()) {
      Runnable task = tasks.poll();
      if (task != null) {
        return task;
      }
    }
    return null;
  }

  @Override
  public @Nullable Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
    long deadline = System.nanoTime() + unit.toNanos(timeout);
    while (there.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      Runnable task = tasks.poll();
      if (task != null) {
        return task;
      }
    }
    return null;
  }

  @Override
  public @Nullable Runnable peek() {
    return tasks.peek();
  }

  @Override
  public boolean remove(Object task) {
    return tasks.remove(task);
  }

  @Override
  public boolean isEmpty() {
    return tasks.isEmpty();
  }

  @Override
  public int size() {
    return tasks.size();
  }

  @Override
  public Iterator<Runnable> iterator() {
    return tasks.iterator();
  }

  @Override
  public int remainingCapacity() {
    return Integer.MAX_VALUE;
  }

  @Override
  public int drainTo(Collection<? super Runnable> to) {
    return drainTo(to, Integer.MAX_VALUE);
  }

  @Override
  public int drainTo(Collection<? super Runnable> to, int most) {
    int drained = 0;
    for (Runnable task = null; drained < most && (task = poll()) != null; drained++) {
      to.add(task);
    }
    return drained;
  }
}
