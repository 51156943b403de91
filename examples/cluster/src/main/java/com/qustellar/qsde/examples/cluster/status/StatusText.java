package com.qustellar.qsde.examples.cluster.status;

import com.qustellar.qsde.internal.http.SafeText;
import com.qustellar.qsde.internal.progress.Figures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a queue does, in words. */
final class StatusText {

  private static final String ROW = "%-32s %8s %13s %12s %9s";
  private static final int NAME = 32;

  private StatusText() {}

  /** Returns all on one line. */
  static String line(QueueState state) {
    return "%,d queued, %,d running, %,d done, %,d there already, %,d failed, %s, %s"
            .formatted(
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
      lines.add(ROW.formatted("worker", "running", "speed", "done", "failed"));
    }
    int room = Math.max(0, most - lines.size());
    boolean all = state.workers().size() <= room;
    int shown = all ? state.workers().size() : Math.max(0, room - 1);
    state.workers().subList(0, shown).forEach(worker -> lines.add(row(worker)));
    if (!all) {
      lines.add("and %,d more".formatted(state.workers().size() - shown));
    }
    return lines.subList(0, Math.min(most, lines.size()));
  }

  private static String row(QueueState.Worker worker) {
    String name = SafeText.strip(worker.name());
    Duration silent = worker.silent();
    return ROW.formatted(
        name.length() > NAME ? name.substring(0, NAME - 1) + "~" : name,
        silent == null ? "%,d".formatted(worker.running()) : "silent",
        silent == null ? Figures.speed(worker.bytesPerSecond()) : Figures.elapsed(silent),
        "%,d".formatted(worker.done()),
        "%,d".formatted(worker.failed()));
  }

  private static String counted(QueueState state) {
    return state.counted() < 1 ? " (%d %% counted)".formatted((int) (state.counted() * 100)) : "";
  }
}
