package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Tells whoever listens how downloads have ended: every one of them, whoever began it. */
final class Outcomes {

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
    listeners.forEach(listener -> listener.next(outcome));
    synchronized (this) {
      awaited--;
    }
    endIfTold();
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
      listeners.forEach(FluxSink::complete);
      over.tryEmitEmpty();
    }
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
