package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.DownloadSummary;
import com.qustellar.qsde.reactor.FailureLog;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Downloads several files and reports on the calling thread, which does nothing else.
 *
 * <p>Outcomes come through a queue; progress is looked at between them, never pushed.
 */
final class Batch {

  private static final long TICK_NANOS = Duration.ofMillis(250).toNanos();

  private final DownloadEngine engine;
  private final Function<Flux<DownloadRequest>, Flux<DownloadOutcome>> downloads;
  private final Report report;
  private final BlockingQueue<Runnable> signals = new LinkedBlockingQueue<>();
  private final @Nullable FailureLog failures;
  private final Existing existing;
  private @Nullable DownloadSummary summary;
  private int kept;

  /**
   * Prepares a batch.
   *
   * @param downloads downloads requests: the engine into files, or what else is made of it
   * @param failures what failures are recorded in before they are told, if anything
   * @param existing what is done where a file has a download's name
   */
  Batch(
      DownloadEngine engine,
      Function<Flux<DownloadRequest>, Flux<DownloadOutcome>> downloads,
      Report report,
      @Nullable FailureLog failures,
      Existing existing) {
    this.engine = engine;
    this.downloads = downloads;
    this.report = report;
    this.failures = failures;
    this.existing = existing;
  }

  /**
   * Downloads all, however some of them end, and returns how many ended how.
   *
   * @param refused what has failed before it could become a request, and why
   */
  DownloadSummary run(List<DownloadRequest> requests, List<String> refused)
      throws InterruptedException {
    refused.forEach(report::refused);
    downloads
        .apply(Flux.fromIterable(requests))
        .flatMap(this::settled)
        .flatMap(this::recorded)
        .doOnNext(outcome -> signals.add(() -> report.ended(outcome)))
        .collect(DownloadSummary.collector())
        .subscribe(
            all -> signals.add(() -> summary = whole(all, requests.size(), refused.size())),
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

  /** Adds what was refused, and what a batch that was cancelled never came to. */
  private DownloadSummary whole(DownloadSummary ended, int requests, int refused) {
    long cancelled = requests - ended.completed() - ended.failed() - kept;
    return new DownloadSummary(
        ended.completed(), ended.failed() + refused, cancelled, ended.bytes(), ended.elapsed());
  }

  /** Returns how many files were there already and were kept. */
  int kept() {
    return kept;
  }

  /** A name that is taken is not always a failure. */
  private Mono<DownloadOutcome> settled(DownloadOutcome outcome) {
    Optional<Path> current = current(outcome);
    Optional<Path> file = current.or(() -> existing.kept(outcome));
    if (file.isPresent()) {
      signals.add(
          () -> {
            kept++;
            report.kept(outcome.request(), file.get(), current.isPresent());
          });
      return Mono.empty();
    }
    return existing
        .renamed(outcome)
        .map(taken -> renamed(outcome.request(), taken, 0))
        .orElse(Mono.just(outcome));
  }

  private static Optional<Path> current(DownloadOutcome outcome) {
    return outcome instanceof DownloadOutcome.Completed completed
            && completed.result().notes().contains(DownloadResult.Note.NOT_MODIFIED)
        ? Optional.of(completed.result().target())
        : Optional.empty();
  }

  /** Somebody else may take the next name as well, until there is one that nobody wants. */
  private Mono<DownloadOutcome> renamed(DownloadRequest request, Path taken, int after) {
    return Mono.fromCallable(() -> Existing.free(taken, after))
        .subscribeOn(Schedulers.boundedElastic())
        .flatMap(
            next ->
                engine
                    .downloadAll(Mono.just(request.withTarget(next.file())))
                    .single()
                    .flatMap(
                        outcome ->
                            existing.renamed(outcome).isPresent()
                                ? renamed(request, taken, next.number())
                                : Mono.just(outcome)));
  }

  /** A failure that can't be recorded is told all the same. */
  private Mono<DownloadOutcome> recorded(DownloadOutcome outcome) {
    return failures == null
        ? Mono.just(outcome)
        : failures
            .record(outcome)
            .onErrorResume(
                UncheckedIOException.class,
                e -> {
                  String why = TextFiles.why(e.getCause());
                  String message = "--failures can't write " + failures.file() + ": " + why;
                  signals.add(() -> report.error(message));
                  return Mono.just(outcome);
                });
  }
}
