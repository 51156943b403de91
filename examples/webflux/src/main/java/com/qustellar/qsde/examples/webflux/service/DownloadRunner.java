package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Has the engine run downloads, and writes down how they end. */
@Component
final class DownloadRunner {

  private static final Logger LOG = LoggerFactory.getLogger(DownloadRunner.class);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

  private final DownloadEngine engine;
  private final DownloadStore store;
  private final Folders folders;
  private final ServiceProperties properties;

  DownloadRunner(
      DownloadEngine engine, DownloadStore store, Folders folders, ServiceProperties properties) {
    this.engine = engine;
    this.store = store;
    this.folders = folders;
    this.properties = properties;
  }

  /**
   * Starts a download once what was cancelled last has gone, unless it is cancelled again until
   * then: its folder would be deleted under it. On a thread that may block.
   */
  Mono<Void> start(Entry entry) {
    Mono<Void> ending = entry.ending();
    Mono<Void> start = Mono.fromRunnable(() -> submitAfter(ending, entry));
    return ending.onErrorComplete().then(start.subscribeOn(Schedulers.boundedElastic()));
  }

  private void submitAfter(Mono<Void> ending, Entry entry) {
    synchronized (entry) {
      if (entry.ending() == ending) {
        submit(entry);
      }
    }
  }

  /**
   * Starts a download, unless it runs, or was paused or cancelled meanwhile. Where it can have no
   * folder, that is how it fails. Blocks.
   */
  void submit(Entry entry) {
    synchronized (entry) {
      if (entry.handle() != null || entry.row().state() != DownloadState.QUEUED) {
        return;
      }
      try {
        folders.make(entry.id());
      } catch (UncheckedIOException e) {
        entry.row(entry.row().failed(0, Failure.of(ServiceProblem.noFolder(e))));
        save(entry.row());
        return;
      }
      Download handle = engine.submit(request(entry));
      entry.handle(handle);
      handle
          .result()
          .subscribe(
              result -> completed(entry, handle, result), thrown -> failed(entry, handle, thrown));
    }
  }

  /**
   * Completes when the server's first answer is here, or the download has ended or waits: for
   * others, or for another attempt. At the latest after the time that a client waits for it.
   */
  Mono<Void> firstAnswer(Entry entry) {
    Download handle = entry.handle();
    if (handle == null) {
      return Mono.empty();
    }
    Mono<Void> ended = handle.result().then().onErrorComplete();
    Mono<Void> answered =
        Flux.interval(Duration.ZERO, LOOK_AGAIN)
            .takeUntil(tick -> isAnswered(handle.latest().state()))
            .then();
    return Mono.firstWithSignal(ended, answered).timeout(properties.firstAnswer(), Mono.empty());
  }

  /** An end is left to the result: before that is here, nobody can tell what it was. */
  private static boolean isAnswered(DownloadState state) {
    return state != DownloadState.CONNECTING && !state.isTerminal();
  }

  private DownloadRequest request(Entry entry) {
    Row row = entry.row();
    Path folder = folders.of(row.id());
    DownloadRequest request =
        row.fileName() == null
            ? DownloadRequest.of(row.uri(), folder)
            : DownloadRequest.of(row.uri(), folder, row.fileName());
    request = request.withId(row.id()).withMaxBytes(properties.maxBytes().toBytes());
    request = withHeaders(request, Objects.requireNonNullElse(entry.headers(), Map.of()));
    return row.checksum() == null ? request : request.withChecksum(row.checksum());
  }

  /** Returns the request with these header fields as well. */
  static DownloadRequest withHeaders(DownloadRequest request, Map<String, String> headers) {
    DownloadRequest all = request;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      all = all.withHeader(header.getKey(), header.getValue());
    }
    return all;
  }

  private void completed(Entry entry, Download handle, DownloadResult result) {
    String name = String.valueOf(result.target().getFileName());
    end(entry, handle, row -> row.completed(name, result.bytes()));
  }

  private void failed(Entry entry, Download handle, Throwable thrown) {
    if (thrown instanceof DownloadException.Cancelled) {
      return; // as was asked for, and then the row says so; or the service ends, and it goes on
    }
    long received = handle.latest().bytesReceived();
    end(entry, handle, row -> row.failed(received, Failure.of(thrown)));
  }

  private void end(Entry entry, Download handle, UnaryOperator<Row> outcome) {
    synchronized (entry) {
      if (entry.handle() != handle || entry.row().state().isTerminal()) {
        return;
      }
      entry.row(outcome.apply(entry.row()));
      save(entry.row());
    }
  }

  /** Saves what nobody waits for. */
  void save(Row row) {
    store.update(row).subscribe(saved -> {}, thrown -> unsaved(row, thrown));
  }

  /** Why that is has been logged by who writes, where it is nobody's mistake. */
  private static void unsaved(Row row, Throwable thrown) {
    LOG.error("{} could not be saved", row.id(), thrown instanceof ServiceProblem ? null : thrown);
  }
}
