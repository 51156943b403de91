package com.qustellar.qsde.reactor.terminal;

import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import java.time.Duration;
import java.util.OptionalLong;

/** Rows for tests. */
final class Rows {

  static final long MIB = 1024 * 1024;
  static final Glyphs PLAIN = new Glyphs(true, false);
  static final Totals TOTALS =
      new Totals(3, 1, 0, 2, 12, 0, 300 * MIB, 45 * MIB, 6, Duration.ofSeconds(754));

  private Rows() {}

  static Row row(String name, long received, long total) {
    return row(name, received, total, 0);
  }

  static Row row(String name, long received, long total, int retries) {
    Progress progress =
        progress(DownloadState.DOWNLOADING, received, OptionalLong.of(total), retries);
    return new Row(name, progress, progress);
  }

  static Progress progress(DownloadState state, long received, OptionalLong total, int retries) {
    return new Progress(
        "id",
        "name",
        state,
        received,
        total,
        5 * MIB,
        Duration.ofSeconds(67),
        4,
        1,
        9,
        retries,
        null);
  }
}
