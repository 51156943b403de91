package com.qustellar.qsde.examples.benchmarks;

import java.util.List;
import java.util.Map;

/** What one slow connection among others costs. */
final class SlowOneReport extends Report {

  SlowOneReport(List<Result> results, long size) {
    super(results, size);
  }

  /**
   * Returns one row for each entrant: the time without a slow connection, with one, and how much
   * more.
   */
  @Override
  String table() {
    StringBuilder table =
        new StringBuilder(
            head("client", "connections", "wall s", "with a slow one: wall s", "times"));
    for (Map.Entry<Row, List<Result>> row : rows().entrySet()) {
      Result even = row.getValue().get(0);
      Result slow = row.getValue().get(1);
      table.append(
          row(
              List.of(
                  row.getKey().label(),
                  connections(row.getKey().connections()),
                  number(even.wallSeconds()) + ratios(even, Result::wallSeconds),
                  number(slow.wallSeconds()) + ratios(slow, Result::wallSeconds),
                  spread(slow, even, Sample::wallSeconds))));
    }
    return table.toString();
  }
}
