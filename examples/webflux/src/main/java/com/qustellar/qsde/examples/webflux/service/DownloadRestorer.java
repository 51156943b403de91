package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.DownloadState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Takes up at the start what the database knows.
 *
 * <p>What was unfinished when the service ended, in whatever way, goes on: the engine's journal
 * stands beside the part file, and the row says that it is to go on. A file that is there though
 * its row does not say so was finished just before a crash, as the engine puts none there that is
 * not whole.
 */
@Component
final class DownloadRestorer implements SmartLifecycle {

  /** Before the web server starts. */
  static final int PHASE = 0;

  private final DownloadStore store;
  private final Downloads downloads;
  private final DownloadRunner runner;
  private final Folders folders;
  private volatile boolean running;

  DownloadRestorer(
      DownloadStore store, Downloads downloads, DownloadRunner runner, Folders folders) {
    this.store = store;
    this.downloads = downloads;
    this.runner = runner;
    this.folders = folders;
  }

  /** Blocks. */
  @Override
  public void start() {
    List<Row> rows = Objects.requireNonNull(store.all().collectList().block());
    rows.forEach(this::restore);
    running = true;
  }

  private void restore(Row row) {
    Map<String, String> headers =
        row.headersLeftOut() ? null : Objects.requireNonNullElse(row.headers(), Map.of());
    Entry entry = new Entry(row, headers);
    downloads.put(entry);
    if (row.state().isTerminal()) {
      return;
    }
    try {
      Path finished = folders.finished(row.id()).orElse(null);
      if (finished != null) {
        end(entry, row.completed(String.valueOf(finished.getFileName()), Files.size(finished)));
        return;
      }
    } catch (IOException | UncheckedIOException e) {
      end(entry, row.failed(0, Failure.of(ServiceProblem.noFolder(e))));
      return;
    }
    if (headers == null) {
      end(entry, row.failed(0, Failure.of(ServiceProblem.headersNotKept())));
    } else if (row.state() == DownloadState.QUEUED) {
      runner.submit(entry);
    }
  }

  private void end(Entry entry, Row ended) {
    entry.row(ended);
    runner.save(ended);
  }

  @Override
  public void stop() {
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
