package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.Download;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A download of the list: its row, and its handle since it was started here, or started again. */
final class Entry {

  private final String url;

  /** What was given with the request, kept or not; null when a restart has lost it. */
  private final @Nullable Map<String, String> headers;

  // Guarded by this.
  private Row row;
  private @Nullable Download handle;
  private Mono<Void> ending = Mono.empty();
  private boolean gone;

  Entry(Row row, @Nullable Map<String, String> headers) {
    this.row = row;
    this.headers = headers;
    this.url = DownloadRequest.of(row.uri()).redactedUri();
  }

  String id() {
    return row().id();
  }

  synchronized Row row() {
    return row;
  }

  synchronized void row(Row next) {
    row = next;
  }

  /** Goes back to a row, and to the end before it, unless there is another row by now. */
  synchronized void undo(Row last, Row before, Mono<Void> endingBefore) {
    if (row.equals(last)) {
      row = before;
      ending = endingBefore;
    }
  }

  /** Returns whether it is being taken off the list. */
  synchronized boolean isGone() {
    return gone;
  }

  synchronized void gone(boolean deleted) {
    gone = deleted;
  }

  synchronized @Nullable Download handle() {
    return handle;
  }

  synchronized void handle(@Nullable Download started) {
    handle = started;
  }

  /** Completes when what was cancelled last has gone from the disk. */
  synchronized Mono<Void> ending() {
    return ending;
  }

  synchronized void ending(Mono<Void> last) {
    ending = last;
  }

  @Nullable Map<String, String> headers() {
    return headers;
  }

  synchronized DownloadView view() {
    return handle == null ? DownloadView.of(row, url) : DownloadView.of(row, url, handle.latest());
  }
}
