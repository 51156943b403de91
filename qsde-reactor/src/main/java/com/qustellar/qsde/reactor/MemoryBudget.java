package com.qustellar.qsde.reactor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The bytes that an engine has received and not yet written.
 *
 * <p>It is charged when bytes arrive, not when they are asked for: a slow connection that has asked
 * and receives nothing takes no room from the others. The price is that the bound can be passed by
 * what the connections had already asked for, one read each. Small files that are held until they
 * are whole are charged for at once.
 */
final class MemoryBudget {

  /** Small files hold this part of all at most, so that slow ones leave enough to the others. */
  private static final int HELD = 4;

  /** What can be had again takes no more than this part of all. */
  private static final int SPARE = 2;

  private final LongSupplier limit;
  private List<Runnable> waiting = new ArrayList<>();
  private long used;
  private long spared;
  private long held;

  MemoryBudget(LongSupplier limit) {
    this.limit = limit;
  }

  synchronized void take(int bytes) {
    used += bytes;
  }

  /**
   * Takes room for what is of use to have at hand, and can be had again without: none where others
   * may need it.
   *
   * @return whether there was room
   */
  synchronized boolean spare(int bytes) {
    if (used() + bytes > limit.getAsLong() / SPARE) {
      return false;
    }
    spared += bytes;
    return true;
  }

  /** Gives back what was spared. */
  void giveSpare(int bytes) {
    synchronized (this) {
      spared -= bytes;
    }
    wake();
  }

  void give(int bytes) {
    synchronized (this) {
      used -= bytes;
    }
    wake();
  }

  /** All of them: one alone may belong to a connection that never delivers. */
  private void wake() {
    List<Runnable> next = List.of();
    synchronized (this) {
      if (!waiting.isEmpty() && hasRoom()) {
        next = waiting;
        waiting = new ArrayList<>();
      }
    }
    next.forEach(Runnable::run);
  }

  /**
   * Takes room for all of a small file, of which nothing may have come yet.
   *
   * @return whether there was room
   */
  synchronized boolean hold(int bytes) {
    long most = limit.getAsLong();
    if (held + bytes > most / HELD || used() + bytes > most) {
      return false;
    }
    held += bytes;
    return true;
  }

  /** Gives back the room of a small file. */
  void letGo(int bytes) {
    synchronized (this) {
      held -= bytes;
    }
    wake();
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

  /**
   * Returns whether there is room now. What is held or spared takes its share and no more, also
   * after the limit was lowered: it is given back only once the rest of the files has come, or what
   * stands before it.
   */
  synchronized boolean hasRoom() {
    long most = limit.getAsLong();
    return used < most - Math.min(held, most / HELD) - Math.min(spared, most / SPARE);
  }

  synchronized long used() {
    return used + held + spared;
  }
}
