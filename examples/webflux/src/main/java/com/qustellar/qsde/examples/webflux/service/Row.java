package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.DownloadState;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A download as the database knows it.
 *
 * @param position where it stands in the list; the newest has the highest
 * @param uri with all its secrets
 * @param fileName the name that was asked for; once the file is there, its name
 * @param headers the header fields, where they are to be kept
 * @param headersLeftOut whether there were some that are not kept
 * @param state {@code QUEUED} for whatever is to go on
 * @param bytes the length of the file, or what had come when the download ended
 */
record Row(
    String id,
    long position,
    String uri,
    @Nullable String fileName,
    @Nullable String checksum,
    @Nullable Map<String, String> headers,
    boolean headersLeftOut,
    DownloadState state,
    long bytes,
    @Nullable Failure failure,
    Instant createdAt,
    @Nullable Instant endedAt) {

  /** A copy that is to go on; the engine will say what is there of it. */
  Row queued() {
    return with(fileName, DownloadState.QUEUED, 0, null, null);
  }

  /** A copy that is to go on later; what is there of it is kept. */
  Row paused(long received) {
    return with(fileName, DownloadState.PAUSED, received, null, null);
  }

  Row completed(String name, long length) {
    return with(name, DownloadState.COMPLETED, length, null, Instant.now());
  }

  Row failed(long received, Failure why) {
    return with(fileName, DownloadState.FAILED, received, why, Instant.now());
  }

  Row cancelled() {
    return with(fileName, DownloadState.CANCELLED, 0, null, Instant.now());
  }

  private Row with(
      @Nullable String newName,
      DownloadState newState,
      long newBytes,
      @Nullable Failure newFailure,
      @Nullable Instant ended) {
    return new Row(
        id,
        position,
        uri,
        newName,
        checksum,
        headers,
        headersLeftOut,
        newState,
        newBytes,
        newFailure,
        createdAt,
        ended);
  }
}
