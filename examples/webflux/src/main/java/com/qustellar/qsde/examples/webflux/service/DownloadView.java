package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A download as clients see it: what it is, and its progress.
 *
 * @param url without userinfo and query
 * @param fileName the name of the file once it is known
 * @param bytesReceived bytes that are there; falls when the download starts over
 * @param totalBytes the length of the file once it is known
 * @param bytesPerSecond the speed of the last seconds
 * @param etaSeconds the seconds that are left at that speed
 * @param lastError what went wrong last, though it may have been mended
 * @param failure what ended the download, where it failed
 */
record DownloadView(
    String id,
    String url,
    @Nullable String fileName,
    DownloadState state,
    long bytesReceived,
    @Nullable Long totalBytes,
    long bytesPerSecond,
    @Nullable Long etaSeconds,
    int activeSegments,
    int completedSegments,
    int totalSegments,
    int retries,
    @Nullable String lastError,
    @Nullable String checksum,
    @Nullable Failure failure,
    Instant createdAt,
    @Nullable Instant endedAt) {

  /** A download that nothing is known of but its row. */
  static DownloadView of(Row row, String url) {
    boolean there = row.state() == DownloadState.COMPLETED;
    return new DownloadView(
        row.id(),
        url,
        row.fileName(),
        row.state(),
        row.bytes(),
        there ? row.bytes() : null,
        0,
        null,
        0,
        0,
        0,
        0,
        null,
        row.checksum(),
        row.failure(),
        row.createdAt(),
        row.endedAt());
  }

  /** The row decides whether a download has ended, or is paused: it is written first. */
  static DownloadView of(Row row, String url, Progress progress) {
    DownloadState state = state(row.state(), progress.state());
    boolean ended = state.isTerminal();
    boolean still = ended || state == DownloadState.PAUSED || state == DownloadState.VERIFYING;
    Duration eta = progress.eta();
    return new DownloadView(
        row.id(),
        url,
        fileName(row, progress),
        state,
        ended ? row.bytes() : progress.bytesReceived(),
        progress.totalBytes().isPresent() ? progress.totalBytes().getAsLong() : null,
        still ? 0 : progress.bytesPerSecond(),
        still || eta == null ? null : eta.toSeconds(),
        progress.activeSegments(),
        progress.completedSegments(),
        progress.totalSegments(),
        progress.retries(),
        progress.lastError(),
        row.checksum(),
        row.failure(),
        row.createdAt(),
        row.endedAt());
  }

  /** The engine closes what is open before it says that a download is paused. */
  private static DownloadState state(DownloadState row, DownloadState engine) {
    if (!row.isTerminal() && engine.isTerminal()) {
      return DownloadState.VERIFYING; // its end is being written
    }
    return row.isTerminal() || row == DownloadState.PAUSED || engine == DownloadState.PAUSED
        ? row
        : engine;
  }

  /** Until the server has named the file, the engine knows but the folder, and that is the id. */
  private static @Nullable String fileName(Row row, Progress progress) {
    boolean named = !row.state().isTerminal() && !row.id().equals(progress.fileName());
    return named ? progress.fileName() : row.fileName();
  }
}
