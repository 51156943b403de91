package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.http.Origin;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Decides who starts next: downloads under the engine's bound, and connections under the bound of
 * each host.
 *
 * <p>The bounds are read anew at every decision, so they may change at any time: what runs is never
 * ended, what waits starts when there is room. {@link #review} is called after a change.
 */
final class Admission {

  private final IntSupplier connectionsPerHost;
  private final Gate downloads;

  /** By the origin's text: to link a record's first hashCode takes 20 ms of a cold start. */
  private final Map<String, Gate> hosts = new HashMap<>();

  Admission(IntSupplier maxDownloads, IntSupplier connectionsPerHost) {
    this.connectionsPerHost = connectionsPerHost;
    this.downloads = new Gate(maxDownloads);
  }

  /** Runs the work as one download, once there is room for it; higher priorities first. */
  <T> Mono<T> download(int priority, Supplier<Mono<T>> work) {
    return Mono.using(
        () -> new Ticket(downloads, priority),
        ticket -> ticket.admitted().then(Mono.defer(work)),
        ticket -> ticket.gate.leave(ticket));
  }

  /** Runs the work as one connection to the host, once there is room for it. */
  <T> Mono<T> connection(Origin origin, Supplier<Mono<T>> work) {
    String host = origin.toString();
    return Mono.using(
        () -> new Ticket(enter(host), 0),
        ticket -> ticket.admitted().then(Mono.defer(work)),
        ticket -> {
          ticket.gate.leave(ticket);
          exit(host);
        });
  }

  /** Lets start what a changed bound has room for. */
  void review() {
    downloads.admit();
    Gate[] gates;
    synchronized (hosts) {
      gates = hosts.values().toArray(new Gate[0]);
    }
    for (Gate gate : gates) {
      gate.admit();
    }
  }

  private Gate enter(String host) {
    synchronized (hosts) {
      Gate gate = hosts.computeIfAbsent(host, h -> new Gate(connectionsPerHost));
      gate.users++;
      return gate;
    }
  }

  private void exit(String host) {
    synchronized (hosts) {
      hosts.computeIfPresent(host, (h, gate) -> --gate.users == 0 ? null : gate);
    }
  }

  private static final class Ticket {
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

    Mono<Void> admitted() {
      gate.arrive(this);
      return turn.asMono();
    }
  }

  private static final class Gate {
    private final IntSupplier bound;
    private final PriorityQueue<Ticket> queue =
        new PriorityQueue<>(
            Comparator.<Ticket>comparingInt(t -> -t.priority).thenComparingLong(t -> t.number));
    private long arrivals;
    private int inside;
    // Guarded by the map of hosts.
    private int users;

    Gate(IntSupplier bound) {
      this.bound = bound;
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
      if (inside >= bound.getAsInt()) {
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
}
