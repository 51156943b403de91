package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.DownloadSummary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Reports to people, on stderr.
 *
 * <p>On a terminal one line is drawn over and over; what has ended becomes a line of its own above
 * it. Elsewhere a plain line now and then says the same.
 */
final class ProgressDisplay implements Report {

  /** How much is shown. */
  enum Style {
    /** Errors only. */
    QUIET,
    /** Lines that follow each other. */
    PLAIN,
    /** A last line that is drawn over. */
    LIVE
  }

  private static final String RESUMABLE =
      "What was received is kept: the same command goes on where this one stopped.";
  private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);

  private final Screen screen;
  private final Style style;
  private final boolean tellsRetries;
  private final boolean tellsDetails;
  private final Map<String, Integer> retries = new HashMap<>();
  private Duration nextPlain = PLAIN_INTERVAL;
  private int drawn;
  private boolean kept;

  ProgressDisplay(Screen screen, Style style, boolean tellsRetries, boolean tellsDetails) {
    this.screen = screen;
    this.style = style;
    this.tellsRetries = tellsRetries;
    this.tellsDetails = tellsDetails;
  }

  @Override
  public void progress(Overview overview, List<Running> unfinished) {
    if (tellsRetries) {
      unfinished.forEach(this::tellRetries);
    }
    if (style == Style.LIVE) {
      draw(line(overview));
    } else if (style == Style.PLAIN && overview.elapsed().compareTo(nextPlain) >= 0) {
      nextPlain = overview.elapsed().plus(PLAIN_INTERVAL);
      println(line(overview).strip());
    }
  }

  @Override
  public void ended(DownloadOutcome outcome, boolean resumable) {
    kept |= resumable;
    retries.remove(outcome.request().id());
    if (outcome instanceof DownloadOutcome.Failed failed) {
      clear();
      screen.error(String.valueOf(failed.error().getMessage()));
    } else if (outcome instanceof DownloadOutcome.Completed completed && style != Style.QUIET) {
      println(completed(completed.result()));
      if (tellsDetails) {
        println(details(completed.result()));
      }
    }
  }

  @Override
  public void summary(DownloadSummary summary) {
    clear();
    if (style != Style.QUIET) {
      println(total(summary));
      if (kept) {
        println(RESUMABLE);
      }
    }
  }

  /** Returns the line of what is going on; its columns stay where they are. */
  static String line(Overview overview) {
    String percent = "";
    String total = "";
    String left = "";
    if (overview.total().isPresent()) {
      long all = overview.total().getAsLong();
      percent = HumanFormat.percent(overview.bytes(), all) + "%";
      total = "of " + HumanFormat.size(all);
      if (overview.bytesPerSecond() > 0) {
        long seconds = Math.max(0, all - overview.bytes()) / overview.bytesPerSecond();
        left = HumanFormat.clock(Duration.ofSeconds(seconds));
      }
    }
    String files =
        overview.count() > 1 ? overview.ended() + " of " + overview.count() + " files" : "";
    return String.format(
            "%4s  %10s %-13s  %12s  %8s  %s",
            percent,
            HumanFormat.size(overview.bytes()),
            total,
            HumanFormat.speed(overview.bytesPerSecond()),
            left,
            files)
        .stripTrailing();
  }

  static String completed(DownloadResult result) {
    if (result.notes().contains(DownloadResult.Note.ALREADY_PRESENT)) {
      return name(result) + ": already there, as expected";
    }
    return name(result)
        + ": "
        + transferred(result.bytes(), result.bytes() - result.resumedBytes(), result.elapsed())
        + (result.checksum() == null
            ? ""
            : ", " + result.checksum().algorithm().label() + " verified");
  }

  static String details(DownloadResult result) {
    StringBuilder details = new StringBuilder();
    details.append("  to ").append(HumanFormat.printable(result.target().toString()));
    details.append(" from ").append(HumanFormat.printable(result.finalUri().toString()));
    details.append(", segments: ").append(result.segments());
    details.append(", retries: ").append(result.retries());
    if (result.resumedBytes() > 0) {
      details.append(", resumed: ").append(HumanFormat.size(result.resumedBytes()));
    }
    result.notes().forEach(note -> details.append(", ").append(note));
    return details.toString();
  }

  static String total(DownloadSummary summary) {
    return summary.completed()
        + " completed, "
        + summary.failed()
        + " failed, "
        + (summary.cancelled() == 0 ? "" : summary.cancelled() + " cancelled, ")
        + (summary.completed() == 0
            ? "after " + HumanFormat.elapsed(summary.elapsed())
            : transferred(summary.bytes(), summary.bytes(), summary.elapsed()));
  }

  private static String name(DownloadResult result) {
    Path name = Objects.requireNonNullElse(result.target().getFileName(), result.target());
    return HumanFormat.printable(name.toString());
  }

  private static String transferred(long bytes, long received, Duration elapsed) {
    return HumanFormat.size(bytes)
        + " in "
        + HumanFormat.elapsed(elapsed)
        + ", "
        + HumanFormat.speed(HumanFormat.bytesPerSecond(received, elapsed));
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
              + (why == null ? "" : ", because " + HumanFormat.printable(why)));
    }
  }

  private void println(String line) {
    clear();
    screen.err().println(line);
  }

  /** Draws over what was drawn last, blanks where that was longer; never into the last column. */
  private void draw(String line) {
    String fitting = HumanFormat.fit(line, screen.columns() - 1);
    screen.err().print("\r" + fitting + " ".repeat(Math.max(0, drawn - fitting.length())));
    screen.err().flush();
    drawn = fitting.length();
  }

  /** Leaves an empty line behind, also where the terminal has shown ^C after what was drawn. */
  private void clear() {
    if (drawn > 0) {
      String blank = HumanFormat.fit(" ".repeat(drawn + 2), screen.columns() - 1);
      screen.err().print("\r" + blank + "\r");
      screen.err().flush();
      drawn = 0;
    }
  }
}
