package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.plan.Turn;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Lets in the connections to one origin: no more at once than the bound of a host and than the
 * origin allows. Downloads of the same priority get as many of them, as far as they want them.
 *
 * <p>An origin that refuses a connection while it has others allows fewer than were open: from then
 * on there are as many at once as it left, and one more with every minute in which it refuses none.
 */
final class HostGate extends Gate {

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final String origin;
  private final Scheduler scheduler;

  // Guarded by the map of hosts; who waits for the end of a hold reads it without.
  private int users;
  private volatile long heldUntil;

  // Guarded by this.
  private final Map<Object, Line> lines = new HashMap<>();
  private int serving;
  private int allowed = Integer.MAX_VALUE;
  private long refusedAt;
  private @Nullable Disposable timer;

  /** A connection that is waited for, and then what its user knows of it. */
  static final class Connection extends Ticket {
    private final HostGate host;
    private final Object owner;
    // Guarded by the host.
    private boolean served;

    /**
     * Wants one.
     *
     * @param owner the download that it is of
     */
    Connection(HostGate host, int priority, Object owner) {
      super(host, priority);
      this.host = host;
      this.owner = owner;
    }

    HostGate host() {
      return host;
    }

    /** Returns the origin, as text. */
    String origin() {
      return host.origin;
    }

    /** The origin has begun to give what was asked for. */
    void served() {
      host.serves(this);
    }

    /**
     * The origin has refused this connection. Returns whether there are others, so that it is worth
     * to wait until one of them has ended.
     *
     * @param answered whether it said so: then it is there, and others count that wait for its
     *     answer; else only those that it serves
     */
    boolean refused(boolean answered) {
      return host.refuses(answered);
    }

    /** It has ended, or is waited for no more. */
    void ended() {
      host.ended(this);
    }
  }

  /** The connections of one download: those that it has, and those that it waits for. */
  private static final class Line {
    private final Queue<Connection> waiting = new ArrayDeque<>(1);
    private int running;

    Turn turn() {
      return waiting.element().turn(running);
    }
  }

  /**
   * Makes one.
   *
   * @param origin as text
   * @param bound how many one host may have, as it is now
   */
  HostGate(String origin, IntSupplier bound, Scheduler scheduler) {
    super(bound);
    this.origin = origin;
    this.scheduler = scheduler;
  }

  // ---- how many it allows

  @Override
  int bound() {
    return (int) Math.min(super.bound(), grown());
  }

  /** Returns how many a download may have while others want some. */
  synchronized int share() {
    return Math.max(1, bound() / Math.max(1, lines.size()));
  }

  private long grown() {
    return allowed + (now() - refusedAt) / MINUTE;
  }

  /** Nobody may leave for hours: who waits is let in when the minute is over. */
  @Override
  void full() {
    boolean anyWaits = lines.values().stream().anyMatch(line -> !line.waiting.isEmpty());
    if (timer == null && anyWaits && grown() < super.bound()) {
      long left = MINUTE - (now() - refusedAt) % MINUTE;
      try {
        timer = scheduler.schedule(this::minuteIsOver, left, TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        // The caller's scheduler has ended before the engine: whoever leaves lets others in.
        return;
      }
    }
  }

  private void minuteIsOver() {
    stopTimer();
    admit();
  }

  private synchronized void stopTimer() {
    if (timer != null) {
      timer.dispose();
      timer = null;
    }
  }

  // ---- whose turn it is

  @Override
  void add(Ticket ticket) {
    Connection connection = (Connection) ticket;
    lines.computeIfAbsent(connection.owner, owner -> new Line()).waiting.add(connection);
  }

  @Override
  @Nullable Ticket poll() {
    Line next = null;
    for (Line line : lines.values()) {
      if (!line.waiting.isEmpty() && (next == null || line.turn().compareTo(next.turn()) < 0)) {
        next = line;
      }
    }
    if (next == null) {
      return null;
    }
    next.running++;
    return next.waiting.remove();
  }

  @Override
  void remove(Ticket ticket, boolean wasInside) {
    Connection connection = (Connection) ticket;
    Line line = lines.get(connection.owner);
    if (line == null) {
      return; // it never arrived
    }
    if (wasInside) {
      line.running--;
    } else {
      line.waiting.remove(connection);
    }
    if (line.running == 0 && line.waiting.isEmpty()) {
      lines.remove(connection.owner);
    }
    if (lines.isEmpty()) {
      stopTimer();
    }
  }

  // ---- what becomes of a connection

  private synchronized void serves(Connection connection) {
    if (!connection.served) {
      connection.served = true;
      serving++;
    }
  }

  private synchronized boolean refuses(boolean answered) {
    if (answered ? inside() == 1 : serving == 0) {
      return false;
    }
    // Of several that are refused at the same time each lowers it by one.
    allowed = Math.max(1, Math.min(bound(), inside()) - 1);
    refusedAt = now();
    return true;
  }

  private void ended(Connection connection) {
    synchronized (this) {
      if (connection.served) {
        serving--;
      }
    }
    leave(connection);
  }

  // ---- for how long it is wanted; under the lock of the map of hosts

  void enter() {
    users++;
  }

  void exit() {
    users--;
  }

  /** Of several holds the one that ends last counts. */
  void hold(long until) {
    heldUntil = Math.max(heldUntil, until);
  }

  boolean isForgettable(long now) {
    return users == 0 && left(now) <= 0;
  }

  /** Returns how long the hold lasts yet, whoever asks; zero or less when there is none. */
  long left(long now) {
    return heldUntil - now;
  }

  private long now() {
    return scheduler.now(TimeUnit.NANOSECONDS);
  }
}
