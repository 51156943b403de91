package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.Progress;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * All downloads of a run together, at one moment.
 *
 * @param ended how many have ended, well or not
 * @param count how many there are
 * @param bytes what has been received of those that completed or run
 * @param total the size of those together, if all of them tell it
 * @param bytesPerSecond the speed of all together
 * @param elapsed the time since the start
 */
record Overview(
    int ended, int count, long bytes, OptionalLong total, long bytesPerSecond, Duration elapsed) {

  /** Adds up what has been completed and what still runs. */
  static Overview of(
      int ended, int count, long completedBytes, List<Running> unfinished, Duration elapsed) {
    long bytes = completedBytes;
    long total = completedBytes;
    long bytesPerSecond = 0;
    boolean known = ended + unfinished.size() >= count;
    for (Running running : unfinished) {
      Progress progress = running.progress();
      bytes += progress.bytesReceived();
      bytesPerSecond += progress.bytesPerSecond();
      total += progress.totalBytes().orElse(0);
      known &= progress.totalBytes().isPresent();
    }
    return new Overview(
        ended,
        count,
        bytes,
        known ? OptionalLong.of(total) : OptionalLong.empty(),
        bytesPerSecond,
        elapsed);
  }
}
