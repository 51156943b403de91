package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.DownloadSummary;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Downloads several files and reports on the calling thread, which does nothing else.
 *
 * <p>Outcomes come through a queue; progress is looked at between them, never pushed.
 */
final class Batch {

  private static final long TICK_NANOS = Duration.ofMillis(250).toNanos();

  private final DownloadEngine engine;
  private final Report report;
  private final BlockingQueue<Runnable> signals = new LinkedBlockingQueue<>();
  private final Set<String> resumable = ConcurrentHashMap.newKeySet();
  private @Nullable DownloadSummary summary;

  Batch(DownloadEngine engine, Report report) {
    this.engine = engine;
    this.report = report;
  }

  /** Downloads all, however some of them end, and returns how many ended how. */
  DownloadSummary run(List<DownloadRequest> requests) throws InterruptedException {
    Flux.fromIterable(requests)
        .map(engine::submit)
        .flatMap(this::outcome, requests.size())
        .doOnNext(outcome -> signals.add(() -> ended(outcome)))
        .collect(DownloadSummary.collector())
        .subscribe(
            all -> signals.add(() -> summary = all),
            error ->
                signals.add(
                    () -> {
                      throw new IllegalStateException(error);
                    }));
    long nextTick = System.nanoTime() + TICK_NANOS;
    while (summary == null) {
      Runnable signal = signals.poll(nextTick - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (signal != null) {
        signal.run();
      } else {
        List<Running> unfinished =
            engine.downloads().stream()
                .map(download -> new Running(download.request(), download.latest()))
                .toList();
        report.progress(unfinished);
        nextTick = System.nanoTime() + TICK_NANOS;
      }
    }
    report.summary(summary);
    return summary;
  }

  private void ended(DownloadOutcome outcome) {
    report.ended(outcome, resumable.contains(outcome.request().id()));
  }

  private Mono<DownloadOutcome> outcome(Download download) {
    DownloadRequest request = download.request();
    return download
        .result()
        .<DownloadOutcome>map(result -> new DownloadOutcome.Completed(request, result))
        .doOnError(
            DownloadException.Cancelled.class,
            cancelled -> {
              if (cancelled.resumable()) {
                resumable.add(request.id());
              }
            })
        .onErrorResume(
            DownloadException.class,
            error ->
                Mono.just(
                    error instanceof DownloadException.Cancelled
                        ? new DownloadOutcome.Cancelled(request)
                        : new DownloadOutcome.Failed(request, error)));
  }
}
