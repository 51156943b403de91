package com.qustellar.qsde.reactor.terminal;

import com.qustellar.qsde.internal.progress.Figures;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * All downloads together, since the view was attached.
 *
 * @param completed how many have their file
 * @param failed how many failed
 * @param cancelled how many were cancelled
 * @param running how many run
 * @param queued how many wait for their turn
 * @param paused how many are paused
 * @param bytes what came from the network
 * @param bytesPerSecond the speed of all together
 * @param connections how many are at work
 * @param eta the time until the last byte, null while it can't be told
 */
record Totals(
    long completed,
    long failed,
    long cancelled,
    int running,
    int queued,
    int paused,
    long bytes,
    long bytesPerSecond,
    int connections,
    @Nullable Duration eta) {

  static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0, 0, 0, 0, null);

  /** Returns the counts, as {@code 3 of 20 files, 1 failed, 12 queued}. */
  String counts() {
    long ended = completed + failed + cancelled;
    long all = ended + running + queued + paused;
    StringBuilder counts = new StringBuilder();
    counts.append(ended).append(" of ").append(all).append(all == 1 ? " file" : " files");
    append(counts, failed, " failed");
    append(counts, cancelled, " cancelled");
    append(counts, queued, " queued");
    append(counts, paused, " paused");
    return counts.toString();
  }

  /** Returns all of it on one line, for where there is no terminal. */
  String line() {
    StringBuilder line = new StringBuilder(counts());
    line.append(", ").append(Figures.size(bytes));
    line.append(", ").append(Figures.speed(bytesPerSecond));
    if (eta != null) {
      line.append(", ").append(Figures.clock(eta)).append(" left");
    }
    return line.toString();
  }

  private static void append(StringBuilder counts, long count, String what) {
    if (count > 0) {
      counts.append(", ").append(count).append(what);
    }
  }
}
