package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;

/** How one download ended. */
public sealed interface DownloadOutcome {

  /**
   * Returns the request that this is the outcome of.
   *
   * @return the request
   */
  DownloadRequest request();

  /**
   * The file has its name, or the stream was read whole.
   *
   * @param request the request
   * @param result the result
   */
  record Completed(DownloadRequest request, DownloadResult result) implements DownloadOutcome {}

  /**
   * The download failed.
   *
   * @param request the request
   * @param error why
   */
  record Failed(DownloadRequest request, DownloadException error) implements DownloadOutcome {}

  /**
   * The download was cancelled.
   *
   * @param request the request
   * @param resumable whether part file and journal were kept, so that the next download resumes
   */
  record Cancelled(DownloadRequest request, boolean resumable) implements DownloadOutcome {

    /**
     * Makes one of which nothing is kept.
     *
     * @param request the request
     */
    public Cancelled(DownloadRequest request) {
      this(request, false);
    }
  }
}
