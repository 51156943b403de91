package com.qustellar.qsde.reactor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The bytes that an engine has received and not yet written.
 *
 * <p>It is charged when bytes arrive, not when they are asked for: a slow connection that has asked
 * and receives nothing takes no room from the others. The price is that the bound can be passed by
 * what the connections had already asked for, one read each.
 */
final class MemoryBudget {

  private final LongSupplier limit;
  private List<Runnable> waiting = new ArrayList<>();
  private long used;
  private long held;

  MemoryBudget(LongSupplier limit) {
    this.limit = limit;
  }

  synchronized void take(int bytes) {
    used += bytes;
  }

  void give(int bytes) {
    List<Runnable> next = List.of();
    synchronized (this) {
      used -= bytes;
      if (!waiting.isEmpty() && used < limit.getAsLong()) {
        // All of them: one alone may belong to a connection that never delivers.
        next = waiting;
        waiting = new ArrayList<>();
      }
    }
    next.forEach(Runnable::run);
  }

  /**
   * Takes room for all of a small file, of which nothing may have come yet; at most a quarter of
   * all, so that slow ones leave enough to the others.
   *
   * @return whether there was room
   */
  synchronized boolean hold(int bytes) {
    long most = limit.getAsLong();
    if (held + bytes > most / 4 || used + bytes > most) {
      return false;
    }
    held += bytes;
    used += bytes;
    return true;
  }

  /** Gives back the room of a small file. */
  void letGo(int bytes) {
    synchronized (this) {
      held -= bytes;
    }
    give(bytes);
  }

  /**
   * Runs the task now when there is room, else as soon as there is, on the thread that makes room.
   *
   * @return whether there was room
   */
  boolean whenRoom(Runnable task) {
    synchronized (this) {
      if (!hasRoom()) {
        waiting.add(task);
        return false;
      }
    }
    task.run();
    return true;
  }

  /** Returns whether there is room now. */
  synchronized boolean hasRoom() {
    return used < limit.getAsLong();
  }

  synchronized long used() {
    return used;
  }
}
