package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.Progress;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A download that has been submitted: watched and steered through this handle, from any thread.
 *
 * <p>{@link #dispose()} cancels it. Cancelling a view ({@link #progress()}, {@link #result()})
 * never does. The handle keeps its last snapshot and its result for as long as it is referenced.
 */
public interface Download extends Disposable {

  /**
   * Returns the id of the request.
   *
   * @return the id
   */
  String id();

  /**
   * Returns the request.
   *
   * @return the request
   */
  DownloadRequest request();

  /**
   * Returns a snapshot of the download as it is now.
   *
   * @return the snapshot
   */
  Progress latest();

  /**
   * Emits the newest snapshot, then one an interval, then the terminal one, and completes; never
   * fails.
   *
   * @return a view of the progress; a slow subscriber sees the newest
   */
  Flux<Progress> progress();

  /**
   * Emits the result, or the {@link DownloadException} that ended the download; cached.
   *
   * @return a view of the result
   */
  Mono<DownloadResult> result();

  /**
   * Pauses the download.
   *
   * <p>Not available yet: throws {@link UnsupportedOperationException}.
   */
  void pause();

  /**
   * Resumes a paused download.
   *
   * <p>Not available yet: throws {@link UnsupportedOperationException}.
   */
  void resume();

  /** Cancels the download and deletes what a cancelled download would keep for a resume. */
  void discard();

  /**
   * Completes when the download has ended, whatever its outcome: its connections are given up, its
   * last write has ended and its file is closed.
   *
   * @return a view of the end; never fails
   */
  Mono<Void> closed();
}
