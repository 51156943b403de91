package com.qustellar.qsde.examples.cluster.status;

import com.qustellar.qsde.internal.http.SafeText;
import com.qustellar.qsde.internal.progress.Figures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a queue does, in words. */
final class StatusText {

  private static final String ROW = "%-32s %8s %13s %12s %9s";
  private static final int NAME = 32;

  private StatusText() {}

  /** Returns all on one line. */
  static String line(QueueState state) {
    return format(
            "%,d queued, %,d running, %,d done, %,d there already, %,d failed, %s, %s",
            state.queued(),
            state.running(),
            state.done(),
            state.alreadyThere(),
            state.failed(),
            Figures.size(state.bytes()),
            Figures.speed(state.bytesPerSecond()))
        + counted(state);
  }

  /** Returns a line of totals and one for each worker, so many lines at most. */
  static List<String> lines(QueueState state, int most) {
    List<String> lines = new ArrayList<>();
    lines.add(line(state));
    if (!state.workers().isEmpty()) {
      lines.add("");
      lines.add(format(ROW, "worker", "running", "speed", "done", "failed"));
    }
    int room = Math.max(0, most - lines.size());
    boolean all = state.workers().size() <= room;
    int shown = all ? state.workers().size() : Math.max(0, room - 1);
    state.workers().subList(0, shown).forEach(worker -> lines.add(row(worker)));
    if (!all) {
      lines.add(format("and %,d more", state.workers().size() - shown));
    }
    return lines.subList(0, Math.min(most, lines.size()));
  }

  /** The same everywhere, as what it stands between is English. */
  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  private static String row(QueueState.Worker worker) {
    String name = SafeText.strip(worker.name());
    Duration silent = worker.silent();
    return format(
        ROW,
        name.length() > NAME ? name.substring(0, NAME - 1) + "~" : name,
        silent == null ? format("%,d", worker.running()) : "silent",
        silent == null ? Figures.speed(worker.bytesPerSecond()) : Figures.elapsed(silent),
        format("%,d", worker.done()),
        format("%,d", worker.failed()));
  }

  private static String counted(QueueState state) {
    return state.counted() < 1 ? format(" (%d %% counted)", (int) (state.counted() * 100)) : "";
  }
}
