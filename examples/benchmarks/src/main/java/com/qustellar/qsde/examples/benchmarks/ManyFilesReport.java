package com.qustellar.qsde.examples.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What a folder of small files took. */
final class ManyFilesReport extends Report {

  private final int files;

  ManyFilesReport(List<Result> results, int files, long size) {
    super(results, size);
    this.files = files;
  }

  /** Returns one row for each entrant; in parentheses QSDE's number divided by the entrant's. */
  @Override
  String table() {
    StringBuilder table =
        new StringBuilder(
            head("client", "at once", "files/s", "wall s", "CPU s/1,000 files", "peak MiB"));
    ToDoubleFunction<Result> rate = result -> files / result.wallSeconds();
    ToDoubleFunction<Result> cpu = result -> 1000 * result.cpuSeconds() / files;
    for (Result result : results()) {
      table.append(
          row(
              List.of(
                  Row.of(result).label() + (result.way().isEmpty() ? "" : ", " + result.way()),
                  connections(result.connections()),
                  String.format(Locale.ROOT, "%.0f", rate.applyAsDouble(result))
                      + ratios(result, rate),
                  number(result.wallSeconds()),
                  number(cpu.applyAsDouble(result)) + ratios(result, cpu),
                  peak(result))));
    }
    return table.toString();
  }
}
