package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How much of what a slow way can carry came through it. */
final class SpeedReport extends Report {

  private final long bytesPerSecond;

  /**
   * @param bytesPerSecond what each connection is given, the maximum where nobody knows
   */
  SpeedReport(List<Result> results, long size, long bytesPerSecond) {
    super(results, size);
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Returns one row for each case; in parentheses QSDE's number divided by the entrant's. */
  @Override
  String table() {
    StringBuilder table =
        new StringBuilder(
            head(
                "client",
                "connections",
                "wall s",
                "MiB/s",
                "of the connections' sum",
                "CPU s/GiB",
                "peak MiB"));
    for (Result result : results()) {
      double speed = gibibytes() * Size.GIB / result.wallSeconds();
      List<String> cells = new ArrayList<>();
      cells.add(Row.of(result).label());
      cells.add(connections(result.connections()));
      cells.add(number(result.wallSeconds()) + ratios(result, Result::wallSeconds));
      cells.add(String.format(Locale.ROOT, "%.1f", speed / (1 << 20)));
      cells.add(share(speed, result.connections()));
      cells.add(number(result.cpuSeconds() / gibibytes()) + ratios(result, Result::cpuSeconds));
      cells.add(peak(result));
      table.append(row(cells));
    }
    return table.toString();
  }

  private String share(double speed, int connections) {
    return bytesPerSecond == Long.MAX_VALUE || connections == Limits.AUTO
        ? NONE
        : number(speed / bytesPerSecond / connections);
  }
}
