package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.DownloadSummary;
import java.nio.file.Path;
import java.util.List;

/** Tells how downloads go on. All calls come from one thread. */
interface Report extends AutoCloseable {

  /** Tells what is going on; called a few times a second. */
  void progress(List<Running> unfinished);

  /** Tells how a download ended. */
  void ended(DownloadOutcome outcome);

  /**
   * Tells that a file was there already and is kept.
   *
   * @param current whether it is the one that the server has
   */
  void kept(DownloadRequest request, Path file, boolean current);

  /** Tells that a download has failed before it could become a request. */
  void refused(String message);

  /** Tells what went wrong beside the downloads. */
  void error(String message);

  /** Tells how all of them ended. */
  void summary(DownloadSummary summary);

  /** Lets go of the screen, where that was not done with the summary. */
  @Override
  default void close() {}
}
