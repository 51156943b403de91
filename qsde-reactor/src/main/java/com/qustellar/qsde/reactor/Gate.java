package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.plan.Turn;
import java.util.Comparator;
import java.util.HashSet;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Lets in as many at once as its bound allows, whose {@link Turn} it is.
 *
 * <p>The bound is read anew at every decision.
 */
class Gate {

  /** One who wants to be let in. */
  static class Ticket {
    private final Gate gate;
    private final int priority;
    // Guarded by the gate.
    private long number = -1;
    private boolean inside;
    // Made for one that has to wait, and not changed once it is inside.
    private Sinks.@Nullable Empty<Void> turn;

    Ticket(Gate gate, int priority) {
      this.gate = gate;
      this.priority = priority;
    }

    Gate gate() {
      return gate;
    }

    /** Queues now, and does the work once it is let in. */
    <T> Mono<T> then(Supplier<Mono<T>> work) {
      Mono<Void> wait = gate.arrive(this);
      return wait == null ? work.get() : wait.then(Mono.defer(work));
    }

    /** Returns its turn, for an owner that has so many places already. */
    Turn turn(int running) {
      return new Turn(priority, running, number);
    }
  }

  private final IntSupplier bound;

  /** Sorted, so that whoever leaves it is found at once: a hundred thousand may do so together. */
  private final NavigableSet<Ticket> queue =
      new TreeSet<>(Comparator.comparing((Ticket ticket) -> ticket.turn(0)));

  /** Those that let others in. */
  private final Set<Thread> admitting = new HashSet<>();

  private long arrivals;
  private int inside;

  Gate(IntSupplier bound) {
    this.bound = bound;
  }

  /** Returns how many may be inside; called under the lock. */
  int bound() {
    return bound.getAsInt();
  }

  synchronized int inside() {
    return inside;
  }

  /** Takes in a ticket; returns what it has to wait for, null if it is inside already. */
  private @Nullable Mono<Void> arrive(Ticket ticket) {
    synchronized (this) {
      ticket.number = arrivals++;
      add(ticket);
    }
    admit();
    synchronized (this) {
      if (ticket.inside) {
        return null;
      }
      ticket.turn = Sinks.empty();
      return ticket.turn.asMono();
    }
  }

  void leave(Ticket ticket) {
    synchronized (this) {
      if (ticket.inside) {
        inside--;
      }
      remove(ticket, ticket.inside);
    }
    admit();
  }

  /** Takes in one that waits; called under the lock. */
  void add(Ticket ticket) {
    queue.add(ticket);
  }

  /** Takes out the one that waits whose turn it is; called under the lock. */
  @Nullable Ticket poll() {
    return queue.pollFirst();
  }

  /** Forgets one that leaves; called under the lock. */
  void remove(Ticket ticket, boolean wasInside) {
    if (!wasInside) {
      queue.remove(ticket);
    }
  }

  /** There is room for no more, now; called under the lock. */
  void full() {}

  /**
   * Decides under the lock, acts after it. One that is let in and leaves at once lets in no others
   * from within: thousands of them would stand on one stack.
   */
  void admit() {
    Thread thread = Thread.currentThread();
    Ticket next;
    synchronized (this) {
      next = admitting.contains(thread) ? null : next();
      if (next == null) {
        return;
      }
      admitting.add(thread);
    }
    try {
      for (; next != null; next = next()) {
        Objects.requireNonNull(next.turn).tryEmitEmpty();
      }
    } finally {
      synchronized (this) {
        admitting.remove(thread);
      }
    }
  }

  /** Lets in those whose turn it is, up to one that has to be told; returns that one. */
  private synchronized @Nullable Ticket next() {
    while (inside < bound()) {
      Ticket ticket = poll();
      if (ticket == null) {
        return null;
      }
      ticket.inside = true;
      inside++;
      if (ticket.turn != null) {
        return ticket;
      }
    }
    full();
    return null;
  }
}
