package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.Logger;
import reactor.util.Loggers;

/** Tells whoever listens how downloads have ended: every one of them, whoever began it. */
final class Outcomes {

  private static final Logger LOG = Loggers.getLogger(DownloadEngine.class);

  private final Set<FluxSink<DownloadOutcome>> listeners = ConcurrentHashMap.newKeySet();
  private final Sinks.Empty<Void> over = Sinks.empty();

  // Guarded by this.
  private int awaited;
  private boolean last;

  /** What ends while it is subscribed to; nothing is left out, however slow the subscriber. */
  Flux<DownloadOutcome> flux() {
    return Flux.create(
        listener -> {
          listeners.add(listener);
          listener.onDispose(() -> listeners.remove(listener));
          if (isOver()) {
            listener.complete();
          }
        });
  }

  /** A download has begun: its outcome will be told. */
  synchronized void await() {
    awaited++;
  }

  void tell(DownloadOutcome outcome) {
    try {
      forEach(listener -> listener.next(outcome));
    } finally {
      // The log is others' code as well: the engine's end would wait for this one.
      synchronized (this) {
        awaited--;
      }
      endIfTold();
    }
  }

  /** No download begins any more; completes when all outcomes have been told. */
  Mono<Void> end() {
    return Mono.defer(
        () -> {
          synchronized (this) {
            last = true;
          }
          endIfTold();
          return over.asMono();
        });
  }

  /** The end stands behind what a slow subscriber has not taken yet. */
  private void endIfTold() {
    if (isOver()) {
      forEach(FluxSink::complete);
      over.tryEmitEmpty();
    }
  }

  /**
   * Reactor lets errors of the JVM fall through to who emits, linkage errors among them: they are
   * the end of that listener, and neither of the others nor of the download that is told of.
   */
  private void forEach(Consumer<FluxSink<DownloadOutcome>> signal) {
    listeners.forEach(
        listener -> {
          try {
            signal.accept(listener);
          } catch (Throwable thrown) {
            LOG.error("a subscriber of outcomes failed, and hears no more of them", thrown);
            listeners.remove(listener);
          }
        });
  }

  private synchronized boolean isOver() {
    return last && awaited == 0;
  }

  /** Returns the outcome of a download that ended with an error. */
  static DownloadOutcome failed(DownloadRequest request, DownloadException error) {
    return error instanceof DownloadException.Cancelled cancelled
        ? new DownloadOutcome.Cancelled(request, cancelled.resumable())
        : new DownloadOutcome.Failed(request, error);
  }
}
