package com.qustellar.qsde.examples.webflux.service;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.json.JsonMapper;

/**
 * The downloads as streams of events, for any number of clients.
 *
 * <p>A subscriber costs the number of the last revision that it was told of, and nothing more
 * however slowly it reads: what has changed since is put together when it asks. Those that keep up,
 * which are nearly all, share one text.
 */
@Component
final class Changes {

  /** How soon a client comes back to a stream that broke; browsers would take several seconds. */
  private static final Duration RECONNECT = Duration.ofSeconds(1);

  /** Before everything. */
  private static final long NOTHING = -1;

  /**
   * What a subscriber is told.
   *
   * @param reset whether this is the whole list, in place of all that was told before
   * @param downloads what is new or has changed, the newest download first
   */
  record Event(boolean reset, List<DownloadView> downloads) {}

  private record Seen(DownloadView view, long revision) {}

  private record Delta(long from, long to, String text) {}

  private final Downloads downloads;
  private final JsonMapper json;
  private final Duration heartbeat;
  private final Sinks.Empty<Void> closing = Sinks.empty();
  private final Flux<Long> ticks;

  // Guarded by this.
  private final Map<String, Seen> known = new HashMap<>();
  private long revision;
  private long removal;
  private @Nullable Delta latest;

  Changes(Downloads downloads, JsonMapper json, ServiceProperties properties) {
    this.downloads = downloads;
    this.json = json;
    this.heartbeat = properties.heartbeat();
    this.ticks =
        Flux.interval(properties.progressInterval())
            .onBackpressureDrop()
            .takeUntilOther(closing.asMono())
            .doOnNext(tick -> refresh())
            // No refCount(): who comes there as the last one leaves hears of a cancellation. While
            // nobody looks no tick is taken, and nothing refreshed.
            .publish(1)
            .autoConnect();
  }

  /** Emits the list, then what changes in it, until the service ends. */
  Flux<ServerSentEvent<String>> all() {
    return Flux.defer(
        () -> {
          refresh();
          long[] seen = {NOTHING};
          return events(
              () -> {
                Delta delta = since(seen[0]);
                boolean news = delta.to() > seen[0];
                seen[0] = delta.to();
                return news ? event(delta.text()) : null;
              },
              () -> false);
        });
  }

  /**
   * Emits a download, then itself whenever it has changed; completes after its end. The event of
   * the end has an id, so that a client that comes back with it need not be told again.
   */
  Flux<ServerSentEvent<String>> of(Entry entry) {
    return Flux.defer(
        () -> {
          AtomicReference<@Nullable DownloadView> seen = new AtomicReference<>();
          return events(
              () -> {
                DownloadView view = entry.view();
                if (view.equals(seen.getAndSet(view))) {
                  return null;
                }
                ServerSentEvent.Builder<String> event = event(json.writeValueAsString(view));
                String end = endOf(view);
                return end == null ? event : event.id(end);
              },
              () -> {
                DownloadView last = seen.get();
                return last != null && endOf(last) != null;
              });
        });
  }

  /** Returns what tells this end of a download from another one, after a retry; null before it. */
  static @Nullable String endOf(DownloadView view) {
    Instant ended = view.endedAt();
    return ended == null ? null : Long.toString(ended.toEpochMilli());
  }

  private static ServerSentEvent.Builder<String> event(String data) {
    return ServerSentEvent.builder(data);
  }

  /** Looks once a tick, as far as there is demand, and breaks a long silence with a comment. */
  private Flux<ServerSentEvent<String>> events(
      Supplier<ServerSentEvent.@Nullable Builder<String>> news, BooleanSupplier ended) {
    long[] sent = {System.nanoTime()};
    boolean[] greeted = {false};
    return Flux.concat(Flux.just(0L), ticks)
        .onBackpressureLatest()
        .<ServerSentEvent<String>>handle(
            (tick, sink) -> {
              ServerSentEvent.Builder<String> event = news.get();
              long now = System.nanoTime();
              if (event != null) {
                sent[0] = now;
                sink.next(greeted[0] ? event.build() : event.retry(RECONNECT).build());
                greeted[0] = true;
              } else if (now - sent[0] >= heartbeat.toNanos()) {
                sent[0] = now;
                sink.next(ServerSentEvent.<String>builder().comment("still here").build());
              }
              if (ended.getAsBoolean()) {
                sink.complete();
              }
            })
        .takeUntilOther(closing.asMono());
  }

  private synchronized void refresh() {
    long next = revision + 1;
    Set<String> there = new HashSet<>();
    for (DownloadView view : downloads.views()) {
      there.add(view.id());
      Seen before = known.get(view.id());
      if (before == null || !before.view().equals(view)) {
        known.put(view.id(), new Seen(view, next));
        revision = next;
      }
    }
    if (known.keySet().retainAll(there)) {
      revision = next;
      removal = next;
    }
  }

  private synchronized Delta since(long from) {
    Delta shared = latest;
    if (shared != null && shared.from() == from && shared.to() == revision) {
      return shared;
    }
    // Who may still show what was removed is told everything anew.
    boolean reset = from < removal || from == NOTHING;
    List<DownloadView> changed =
        known.values().stream()
            .filter(seen -> reset || seen.revision() > from)
            .map(Seen::view)
            .sorted((one, other) -> other.createdAt().compareTo(one.createdAt()))
            .toList();
    Delta delta = new Delta(from, revision, json.writeValueAsString(new Event(reset, changed)));
    latest = delta;
    return delta;
  }

  /** Streams would hold up the end of the web server. */
  @EventListener(ContextClosedEvent.class)
  void close() {
    closing.tryEmitEmpty();
  }
}
