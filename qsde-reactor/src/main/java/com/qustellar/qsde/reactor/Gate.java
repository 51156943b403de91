package com.qustellar.qsde.reactor;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Lets in as many at once as its bound allows: by priority, then in the order in which they came.
 *
 * <p>The bound is read anew at every decision.
 */
class Gate {

  /** One who wants to be let in. */
  static class Ticket {
    private final Gate gate;
    private final int priority;
    private final Sinks.Empty<Void> turn = Sinks.empty();
    // Guarded by the gate.
    private long number;
    private boolean inside;

    Ticket(Gate gate, int priority) {
      this.gate = gate;
      this.priority = priority;
    }

    Gate gate() {
      return gate;
    }

    /** Completes when it is let in; queues when asked. */
    Mono<Void> admitted() {
      gate.arrive(this);
      return turn.asMono();
    }
  }

  private final IntSupplier bound;
  private final PriorityQueue<Ticket> queue =
      new PriorityQueue<>(
          Comparator.<Ticket>comparingInt(t -> -t.priority).thenComparingLong(t -> t.number));
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

  void arrive(Ticket ticket) {
    synchronized (this) {
      ticket.number = arrivals++;
      queue.add(ticket);
    }
    admit();
  }

  void leave(Ticket ticket) {
    synchronized (this) {
      if (ticket.inside) {
        inside--;
      } else {
        queue.remove(ticket);
      }
    }
    admit();
  }

  /** Decides under the lock, acts after it. */
  void admit() {
    for (Ticket next = next(); next != null; next = next()) {
      next.turn.tryEmitEmpty();
    }
  }

  private synchronized @Nullable Ticket next() {
    if (inside >= bound()) {
      return null;
    }
    Ticket ticket = queue.poll();
    if (ticket != null) {
      ticket.inside = true;
      inside++;
    }
    return ticket;
  }
}
