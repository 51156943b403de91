package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.http.Origin;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Decides who starts next: downloads under the engine's bound, and connections under the bound of
 * each host.
 *
 * <p>The bounds are read anew at every decision, so they may change at any time: what runs is never
 * ended, what waits starts when there is room. {@link #review} is called after a change.
 *
 * <p>An origin that asks to wait is left alone by all downloads until then. What an origin allows
 * is forgotten with the last one who wants something of it.
 */
final class Admission {

  private final IntSupplier connectionsPerHost;
  private final Scheduler scheduler;
  private final Gate downloads;

  /** By the origin's text: to link a record's first hashCode takes 20 ms of a cold start. */
  private final Map<String, HostGate> hosts = new HashMap<>();

  Admission(IntSupplier maxDownloads, IntSupplier connectionsPerHost, Scheduler scheduler) {
    this.connectionsPerHost = connectionsPerHost;
    this.scheduler = scheduler;
    this.downloads = new Gate(maxDownloads);
  }

  /** Runs the work as one download, once there is room for it; higher priorities first. */
  <T> Mono<T> download(int priority, Supplier<Mono<T>> work) {
    return Mono.using(
        () -> new Gate.Ticket(downloads, priority),
        ticket -> ticket.then(work),
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
      Origin origin,
      int priority,
      ProgressSampler progress,
      Function<HostGate.Connection, Mono<T>> work) {
    String name = origin.toString();
    return Mono.using(
        () -> new HostGate.Connection(enter(name), priority, progress),
        connection ->
            connection.then(
                () -> released(connection.host(), progress, () -> work.apply(connection))),
        connection -> {
          connection.ended();
          exit(name);
        });
  }

  /** Returns how many connections to the origin a download may have while others want some. */
  int share(Origin origin) {
    HostGate host;
    synchronized (hosts) {
      host = hosts.get(origin.toString());
    }
    return host == null ? connectionsPerHost.getAsInt() : host.share();
  }

  /** Returns whether the origin has asked to be left alone for now. */
  boolean isHeld(Origin origin) {
    synchronized (hosts) {
      HostGate host = hosts.get(origin.toString());
      return host != null && host.left(now()) > 0;
    }
  }

  /** Starts nothing more at the origin before the time is over. */
  void hold(Origin origin, Duration wait) {
    long until = now() + wait.toNanos();
    synchronized (hosts) {
      hosts.values().removeIf(host -> host.isForgettable(now()));
      hosts
          .computeIfAbsent(origin.toString(), o -> new HostGate(o, connectionsPerHost, scheduler))
          .hold(until);
    }
  }

  /** Who waits for the end of a hold keeps its place: nobody else could use it. */
  private <T> Mono<T> released(HostGate host, ProgressSampler progress, Supplier<Mono<T>> work) {
    long left = host.left(now());
    if (left <= 0) {
      return work.get();
    }
    return progress
        .showing(Mono.delay(Duration.ofNanos(left), scheduler))
        .then(Mono.defer(() -> released(host, progress, work)));
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

  private HostGate enter(String name) {
    synchronized (hosts) {
      HostGate host =
          hosts.computeIfAbsent(name, n -> new HostGate(n, connectionsPerHost, scheduler));
      host.enter();
      return host;
    }
  }

  private void exit(String name) {
    synchronized (hosts) {
      HostGate host = Objects.requireNonNull(hosts.get(name));
      host.exit();
      if (host.isForgettable(now())) {
        hosts.remove(name);
      }
    }
  }

  private long now() {
    return scheduler.now(TimeUnit.NANOSECONDS);
  }
}
