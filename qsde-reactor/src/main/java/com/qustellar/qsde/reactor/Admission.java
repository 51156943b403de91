package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.http.Origin;
import com.qustellar.qsde.internal.plan.Turn;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Decides who starts next: downloads under the engine's bound, and connections under the bound of
 * each host.
 *
 * <p>The bounds are read anew at every decision, so they may change at any time: what runs is never
 * ended, what waits starts when there is room. {@link #review} is called after a change.
 *
 * <p>An origin that asks to wait is left alone by all downloads until then. One that refuses a
 * connection while it has others allows fewer than were open: from then on there are as many at
 * once as it left, and one more with every minute in which it refuses none. That is forgotten with
 * the last one who wants something of the origin.
 */
final class Admission {

  /** What a piece of work knows of the connection that it has been given room for. */
  interface Place {
    /** Returns the origin, as text. */
    String origin();

    /** The origin has begun to give what was asked for. */
    void served();

    /**
     * The origin has refused this connection. Returns whether there are others, so that it is worth
     * to wait until one of them has ended.
     *
     * @param answered whether it said so: then it is there, and others count that wait for its
     *     answer; else only those that it serves
     */
    boolean refused(boolean answered);
  }

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final IntSupplier connectionsPerHost;
  private final Scheduler scheduler;
  private final Gate downloads;

  /** By the origin's text: to link a record's first hashCode takes 20 ms of a cold start. */
  private final Map<String, Host> hosts = new HashMap<>();

  Admission(IntSupplier maxDownloads, IntSupplier connectionsPerHost, Scheduler scheduler) {
    this.connectionsPerHost = connectionsPerHost;
    this.scheduler = scheduler;
    this.downloads = new Gate(maxDownloads);
  }

  /** Runs the work as one download, once there is room for it; higher priorities first. */
  <T> Mono<T> download(int priority, Supplier<Mono<T>> work) {
    return Mono.using(
        () -> new Gate.Ticket(downloads, priority),
        ticket -> ticket.admitted().then(Mono.defer(work)),
        ticket -> ticket.gate().leave(ticket),
        // Once the end has been told: the next one may be for the same target.
        false);
  }

  /**
   * Runs the work as one connection to the host, once there is room for it and no hold. Downloads
   * of the same priority get as many connections, as far as they want them.
   *
   * @param progress that of the download; told while it waits for the end of a hold
   */
  <T> Mono<T> connection(
      Origin origin, int priority, ProgressSampler progress, Function<Place, Mono<T>> work) {
    String name = origin.toString();
    return Mono.using(
        () -> new Connection(name, enter(name), priority, progress),
        connection ->
            connection
                .admitted()
                .then(released(connection.host, progress))
                .then(Mono.defer(() -> work.apply(connection))),
        connection -> {
          connection.host.ended(connection);
          exit(name);
        });
  }

  /** Returns how many connections to the origin a download may have while others want some. */
  int share(Origin origin) {
    Host host;
    synchronized (hosts) {
      host = hosts.get(origin.toString());
    }
    return host == null ? connectionsPerHost.getAsInt() : host.share();
  }

  /** Returns whether the origin has asked to be left alone for now. */
  boolean isHeld(Origin origin) {
    synchronized (hosts) {
      Host host = hosts.get(origin.toString());
      return host != null && host.left(now()) > 0;
    }
  }

  /** Starts nothing more at the origin before the time is over. */
  void hold(Origin origin, Duration wait) {
    long until = now() + wait.toNanos();
    synchronized (hosts) {
      hosts.values().removeIf(host -> host.isForgettable(now()));
      hosts
          .computeIfAbsent(origin.toString(), o -> new Host(connectionsPerHost, scheduler))
          .hold(until);
    }
  }

  /** Who waits for the end of a hold keeps its place: nobody else could use it. */
  private Mono<Void> released(Host host, ProgressSampler progress) {
    return Mono.defer(
        () -> {
          long left = host.left(now());
          if (left <= 0) {
            return Mono.empty();
          }
          progress.held();
          return Mono.delay(Duration.ofNanos(left), scheduler)
              .doFinally(signal -> progress.released())
              .then(released(host, progress));
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

  private Host enter(String name) {
    synchronized (hosts) {
      Host host = hosts.computeIfAbsent(name, n -> new Host(connectionsPerHost, scheduler));
      host.users++;
      return host;
    }
  }

  private void exit(String name) {
    synchronized (hosts) {
      Host host = Objects.requireNonNull(hosts.get(name));
      host.users--;
      if (host.isForgettable(now())) {
        hosts.remove(name);
      }
    }
  }

  private long now() {
    return scheduler.now(TimeUnit.NANOSECONDS);
  }

  private static final class Connection extends Gate.Ticket implements Place {
    private final String origin;
    private final Host host;
    private final Object owner;
    // Guarded by the host.
    private boolean served;

    Connection(String origin, Host host, int priority, Object owner) {
      super(host, priority);
      this.origin = origin;
      this.host = host;
      this.owner = owner;
    }

    @Override
    public String origin() {
      return origin;
    }

    @Override
    public void served() {
      host.serves(this);
    }

    @Override
    public boolean refused(boolean answered) {
      return host.refuses(answered);
    }
  }

  /** The connections of one download: those that it has, and those that it waits for. */
  private static final class Line {
    private final Queue<Connection> waiting = new ArrayDeque<>();
    private int running;

    Turn turn() {
      return waiting.element().turn(running);
    }
  }

  private static final class Host extends Gate {
    private final Scheduler scheduler;
    private volatile long heldUntil;
    // Guarded by the map of hosts.
    private int users;
    // Guarded by this.
    private int serving;
    private final Map<Object, Line> lines = new HashMap<>();
    private int allowed = Integer.MAX_VALUE;
    private long refusedAt;
    private @Nullable Disposable timer;

    Host(IntSupplier bound, Scheduler scheduler) {
      super(bound);
      this.scheduler = scheduler;
    }

    private long now() {
      return scheduler.now(TimeUnit.NANOSECONDS);
    }

    @Override
    int bound() {
      return (int) Math.min(super.bound(), grown());
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

    synchronized int share() {
      return Math.max(1, bound() / Math.max(1, lines.size()));
    }

    synchronized void serves(Connection connection) {
      if (!connection.served) {
        connection.served = true;
        serving++;
      }
    }

    synchronized boolean refuses(boolean answered) {
      if (answered ? inside() == 1 : serving == 0) {
        return false;
      }
      // Of several that are refused at the same time each lowers it by one.
      allowed = Math.max(1, Math.min(bound(), inside()) - 1);
      refusedAt = now();
      return true;
    }

    void ended(Connection connection) {
      synchronized (this) {
        if (connection.served) {
          serving--;
        }
      }
      leave(connection);
    }

    /** Of several holds the one that ends last counts. Called under the lock of the map. */
    void hold(long until) {
      heldUntil = Math.max(heldUntil, until);
    }

    /** Returns how long the hold lasts yet; zero or less when there is none. */
    long left(long now) {
      return heldUntil - now;
    }

    boolean isForgettable(long now) {
      return users == 0 && left(now) <= 0;
    }
  }
}
