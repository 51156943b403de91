package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.internal.progress.Figures;
import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.DownloadSummary;
import com.qustellar.qsde.reactor.terminal.TerminalProgress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reports to people, on stderr: lines of what has ended and why, above the view of what runs. With
 * no view it is quiet, and shows errors only.
 */
final class HumanLines implements Report {

  private static final String RESUMABLE =
      "What was received is kept: the same command goes on where this one stopped.";

  private static final String COMPLETED =
      "With --existing skip the same command leaves alone what has completed.";

  private static final String ENCODED =
      "It is compressed, by gzip perhaps: the server was not asked to, and it is kept as it came.";

  private final Screen screen;
  private final @Nullable TerminalProgress view;
  private final boolean tellsRetries;
  private final boolean tellsDetails;
  private final Map<String, Integer> retries = new HashMap<>();
  private long transferred;
  private boolean kept;
  private int skipped;
  private int current;

  HumanLines(
      Screen screen, @Nullable TerminalProgress view, boolean tellsRetries, boolean tellsDetails) {
    this.screen = screen;
    this.view = view;
    this.tellsRetries = tellsRetries;
    this.tellsDetails = tellsDetails;
  }

  @Override
  public void progress(List<Running> unfinished) {
    if (tellsRetries) {
      unfinished.forEach(this::tellRetries);
    }
  }

  @Override
  public void ended(DownloadOutcome outcome) {
    kept |= outcome instanceof DownloadOutcome.Cancelled cancelled && cancelled.resumable();
    retries.remove(outcome.request().id());
    if (outcome instanceof DownloadOutcome.Failed failed) {
      error(Failures.line(failed));
    } else if (outcome instanceof DownloadOutcome.Completed completed) {
      transferred += transferred(completed.result());
      println(completed(completed.result()));
      if (completed.result().notes().contains(Note.CONTENT_ENCODED)) {
        println("  " + ENCODED);
      }
      if (tellsDetails) {
        println(details(completed.result()));
      }
    }
  }

  @Override
  public void kept(DownloadRequest request, Path file, boolean current) {
    retries.remove(request.id());
    if (current) {
      this.current++;
    } else {
      skipped++;
    }
    println(name(file) + (current ? ": already current" : ": skipped, it exists already"));
  }

  @Override
  public void refused(String message) {
    error(message);
  }

  @Override
  public void summary(DownloadSummary summary) {
    close();
    println(total(summary, skipped, current, transferred));
    if (kept) {
      println(RESUMABLE);
    }
    if (summary.cancelled() > 0 && summary.completed() > 0) {
      println(COMPLETED);
    }
  }

  @Override
  public void close() {
    if (view != null) {
      view.dispose();
    }
  }

  static String completed(DownloadResult result) {
    if (result.notes().contains(Note.ALREADY_PRESENT)) {
      return name(result) + ": already there, as expected";
    }
    return name(result)
        + ": "
        + transferred(result.bytes(), transferred(result), result.elapsed())
        + (result.checksum() == null
            ? ""
            : ", " + result.checksum().algorithm().label() + " verified");
  }

  static String details(DownloadResult result) {
    StringBuilder details = new StringBuilder();
    details.append("  to ").append(Printable.of(result.target().toString()));
    details.append(" from ").append(Printable.of(result.finalUri().toString()));
    details.append(", segments: ").append(result.segments());
    details.append(", retries: ").append(result.retries());
    if (result.resumedBytes() > 0) {
      details.append(", resumed: ").append(Figures.size(result.resumedBytes()));
    }
    result.notes().stream()
        .map(HumanLines::words)
        .filter(words -> !words.isEmpty())
        .forEach(words -> details.append(", ").append(words));
    return details.toString();
  }

  /** Returns what a note says, nothing where another line says it. */
  private static String words(Note note) {
    return switch (note) {
      case ALREADY_PRESENT, NOT_MODIFIED, CONTENT_ENCODED -> "";
      case LENGTH_UNKNOWN -> "the server told no length: an early end would not have been seen";
      case SINGLE_STREAM -> "over one connection, as the server sends no ranges";
      case RESTARTED -> "begun again from the first byte, as the file had changed or was wrong";
      case UNPROVEN -> "only its length shows that it is of one version";
    };
  }

  static String total(DownloadSummary summary, int skipped, int current, long transferred) {
    return summary.completed()
        + " completed, "
        + summary.failed()
        + " failed, "
        + (skipped == 0 ? "" : skipped + " skipped, ")
        + (current == 0 ? "" : current + " already current, ")
        + (summary.cancelled() == 0 ? "" : summary.cancelled() + " cancelled, ")
        + (transferred == 0 && (summary.completed() == 0 || summary.bytes() > 0)
            ? "after " + Figures.elapsed(summary.elapsed())
            : transferred(summary.bytes(), transferred, summary.elapsed()));
  }

  private static String name(DownloadResult result) {
    return name(result.target());
  }

  private static String name(Path file) {
    String name = Objects.requireNonNullElse(file.getFileName(), file).toString();
    // A stream has no file.
    return name.isEmpty() ? "stdout" : Printable.of(name);
  }

  /** Returns the bytes that came in this run: not what was there before. */
  private static long transferred(DownloadResult result) {
    return result.notes().contains(Note.ALREADY_PRESENT)
        ? 0
        : result.bytes() - result.resumedBytes();
  }

  private static String transferred(long bytes, long received, Duration elapsed) {
    return Figures.size(bytes)
        + " in "
        + Figures.elapsed(elapsed)
        + ", "
        + Figures.speed(Figures.bytesPerSecond(received, elapsed));
  }

  private void tellRetries(Running running) {
    Progress progress = running.progress();
    Integer told = retries.put(progress.id(), progress.retries());
    if (progress.retries() > (told == null ? 0 : told)) {
      String why = progress.lastError();
      println(
          running.name()
              + ": retry "
              + progress.retries()
              + (why == null ? "" : ", because " + Printable.of(why)));
    }
  }

  @Override
  public void error(String message) {
    if (view == null) {
      screen.error(message);
    } else {
      view.println(Screen.errorLine(message));
    }
  }

  private void println(String line) {
    if (view != null) {
      view.println(line);
    }
  }
}
