package com.qustellar.qsde.examples.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one file took, without a SHA-256 and with it. */
final class OneFileReport extends Report {

  private static final String[] COLUMNS = {
    "client",
    "connections",
    "wall s",
    "CPU s/GiB",
    "peak MiB",
    "SHA-256: wall s",
    "CPU s/GiB",
    "peak MiB"
  };

  OneFileReport(List<Result> results, long size) {
    super(results, size);
  }

  /**
   * Returns one row for each entrant and number of connections.
   *
   * <p>In parentheses stands QSDE's number divided by the entrant's: for a library QSDE started the
   * same way, for a command the warm engine and the {@code qsde} command.
   */
  @Override
  String table() {
    StringBuilder table = new StringBuilder(head(COLUMNS));
    for (Map.Entry<Row, List<Result>> row : rows().entrySet()) {
      List<String> cells = new ArrayList<>();
      cells.add(row.getKey().label());
      cells.add(connections(row.getKey().connections()));
      for (boolean sha256 : new boolean[] {false, true}) {
        cells.addAll(
            cells(
                row.getValue().stream()
                    .filter(r -> r.sha256() == sha256)
                    .findFirst()
                    .orElse(null)));
      }
      table.append(row(cells));
    }
    return table.toString();
  }

  private List<String> cells(@Nullable Result result) {
    return result == null
        ? List.of(NONE, NONE, NONE)
        : List.of(
            number(result.wallSeconds()) + ratios(result, Result::wallSeconds),
            number(result.cpuSeconds() / gibibytes()) + ratios(result, Result::cpuSeconds),
            peak(result));
  }
}
