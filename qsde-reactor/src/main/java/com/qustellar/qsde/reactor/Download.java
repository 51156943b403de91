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
   * Pauses the download: it gives up its connections and its place among those that run, and keeps
   * what it has received as a cancelled download would. Returns at once; the state is {@link
   * com.qustellar.qsde.DownloadState#PAUSED} when its last write has ended and its file is closed.
   *
   * <p>Does nothing where the download is paused, has ended, is just getting its name, or is a
   * stream, which its reader pauses by asking for nothing. The time until {@link #resume()} does
   * not count for {@link DownloadRequest#totalTimeout()}.
   */
  void pause();

  /**
   * Resumes a paused download: it waits for its turn as a new one would, and goes on where it
   * stopped; one that could keep nothing, as its server names no version of the file, starts over.
   * Does nothing where the download is not paused.
   */
  void resume();

  /**
   * Cancels the download and deletes what a cancelled download would keep for a resume: before its
   * end is told, or soon, if it had ended before. The file of one that has completed stays, and so
   * does what another download of the target has gone on with meanwhile.
   */
  void discard();

  /**
   * Completes when the download has ended, whatever its outcome: its connections are given up, its
   * last write has ended and its file is closed.
   *
   * @return a view of the end; never fails
   */
  Mono<Void> closed();
}
