package com.qustellar.qsde.reactor.terminal;

import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.internal.progress.Figures;
import com.qustellar.qsde.reactor.DownloadOutcome;
import java.nio.file.Path;
import java.util.Objects;

/** The line that tells how a download has ended. */
final class EndLine {

  private EndLine() {}

  /** Returns the line, whose names and messages are those of others: not yet fit for a terminal. */
  static String of(DownloadOutcome outcome) {
    if (outcome instanceof DownloadOutcome.Completed completed) {
      return completed(completed.result());
    }
    if (outcome instanceof DownloadOutcome.Failed failed) {
      return String.valueOf(failed.error().getMessage());
    }
    DownloadOutcome.Cancelled cancelled = (DownloadOutcome.Cancelled) outcome;
    return Watch.name(cancelled.request(), null)
        + ": cancelled"
        + (cancelled.resumable() ? ", can be resumed" : "");
  }

  private static String completed(DownloadResult result) {
    Path target = result.target();
    String name = Objects.requireNonNullElse(target.getFileName(), target).toString();
    if (result.notes().contains(DownloadResult.Note.ALREADY_PRESENT)) {
      return name + ": already there, as expected";
    }
    long received = result.bytes() - result.resumedBytes();
    return name
        + ": "
        + Figures.size(result.bytes())
        + " in "
        + Figures.elapsed(result.elapsed())
        + ", "
        + Figures.speed(Figures.bytesPerSecond(received, result.elapsed()))
        + (result.checksum() == null
            ? ""
            : ", " + result.checksum().algorithm().label() + " verified");
  }
}
