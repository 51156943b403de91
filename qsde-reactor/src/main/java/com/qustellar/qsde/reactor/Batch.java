package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The downloads of one subscription to a batch.
 *
 * <p>Its source is read only as far as there is room: for as many downloads as run at once, and a
 * few more, so that the next one is at hand when one ends. A download makes room when its outcome
 * has been taken.
 */
final class Batch {

  /** How many requests are taken ahead of those that run. */
  static final int AHEAD = 8;

  private final Gate room;
  private final Function<DownloadRequest, DownloadTask> start;
  private final Sinks.Empty<Void> over = Sinks.empty();
  private volatile boolean ended;

  /**
   * Prepares one subscription.
   *
   * @param atOnce how many downloads run at once, as it is now
   * @param start starts a download
   */
  Batch(IntSupplier atOnce, Function<DownloadRequest, DownloadTask> start) {
    this.room = new Gate(() -> atOnce.getAsInt() + AHEAD);
    this.start = start;
  }

  private static final class Entry extends Gate.Ticket {
    private final DownloadRequest request;

    Entry(Gate room, DownloadRequest request) {
      super(room, 0);
      this.request = request;
    }
  }

  private record End(Entry entry, DownloadOutcome outcome) {}

  /** Starts what the source asks for; its failure is told after the last outcome. */
  Flux<DownloadOutcome> outcomes(Publisher<? extends DownloadRequest> requests) {
    return new Given<DownloadRequest>(() -> requests)
        .takeUntilOther(over.asMono())
        .map(request -> new Entry(room, request))
        .concatMapDelayError(entry -> entry.then(() -> Mono.just(entry)), true, 1)
        .flatMapDelayError(this::download, Integer.MAX_VALUE, 1)
        .map(
            end -> {
              room.leave(end.entry());
              return end.outcome();
            });
  }

  private Mono<End> download(Entry entry) {
    return Mono.defer(() -> outcome(entry.request)).map(outcome -> new End(entry, outcome));
  }

  private Mono<DownloadOutcome> outcome(DownloadRequest request) {
    DownloadTask task;
    try {
      if (ended) {
        throw new DownloadException.Cancelled(request.uri(), request.target(), false, null);
      }
      task = start.apply(request);
    } catch (DownloadException e) {
      return Mono.just(Outcomes.failed(request, e));
    }
    if (ended) {
      task.dispose(); // by whoever has cancelled all before it was there
    }
    return task.result()
        .<DownloadOutcome>map(result -> new DownloadOutcome.Completed(request, result))
        .onErrorResume(
            DownloadException.class, thrown -> Mono.just(Outcomes.failed(request, thrown)))
        .doOnCancel(task::dispose);
  }

  /** Takes nothing more; what has been taken and not begun is cancelled. */
  void end() {
    ended = true;
    over.tryEmitEmpty();
  }

  /** Takes up what a changed limit has room for. */
  void review() {
    room.admit();
  }
}
