package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.DownloadSummary;
import java.util.List;

/** Tells how downloads go on. All calls come from one thread. */
interface Report {

  /** Tells what is going on; called a few times a second. */
  void progress(Overview overview, List<Running> unfinished);

  /**
   * Tells how a download ended.
   *
   * @param resumable whether it was cancelled, and the next run goes on where it stopped
   */
  void ended(DownloadOutcome outcome, boolean resumable);

  /** Tells how all of them ended. */
  void summary(DownloadSummary summary);
}
