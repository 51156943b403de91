package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.benchmarks.Entrant.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Writes results as Markdown, and QSDE beside everybody else. */
abstract class Report {

  /** What stands where there is nothing. */
  static final String NONE = "–";

  private final List<Result> results;
  private final double gibibytes;

  /**
   * @param size how many bytes everybody downloaded at a time
   */
  Report(List<Result> results, long size) {
    this.results = List.copyOf(results);
    this.gibibytes = (double) size / Size.GIB;
  }

  /** Returns the table. */
  abstract String table();

  /**
   * Returns QSDE divided by each rival, wall and CPU, as the median of what the rounds gave, and
   * the least and the most of them: how sure a difference is.
   */
  String pairs() {
    StringBuilder table = new StringBuilder();
    table.append("| QSDE | rival | SHA-256 | wall | CPU |\n| --- | --- | --- | ---: | ---: |\n");
    for (Result qsde : results) {
      for (Result rival : results) {
        if (isQsde(qsde)
            && !isQsde(rival)
            && qsde.sha256() == rival.sha256()
            && qsde.way().equals(rival.way())
            && baselines(rival.kind()).contains(qsde.kind())) {
          table.append("| ").append(Row.of(qsde).withConnections());
          table.append(" | ").append(Row.of(rival).withConnections());
          table.append(" | ").append(qsde.sha256() ? "yes" : "no");
          table.append(" | ").append(spread(qsde, rival, Sample::wallSeconds));
          table.append(" | ").append(spread(qsde, rival, Sample::cpuSeconds)).append(" |\n");
        }
      }
    }
    return table.toString();
  }

  /** Returns every sample as one JSON object a line. */
  String json() {
    StringBuilder lines = new StringBuilder();
    for (Result result : results) {
      for (Sample sample : result.samples()) {
        lines.append(
            String.format(
                Locale.ROOT,
                "{\"client\":\"%s\",\"kind\":\"%s\",\"connections\":%d,\"sha256\":%b,\"way\":\"%s\","
                    + "\"wallSeconds\":%.4f,\"cpuSecondsPerGiB\":%.4f,\"peakBytes\":%d}%n",
                result.title(),
                result.kind().name().toLowerCase(Locale.ROOT),
                result.connections(),
                result.sha256(),
                result.way(),
                sample.wallSeconds(),
                sample.cpuSeconds() / gibibytes,
                sample.peakBytes()));
      }
    }
    return lines.toString();
  }

  /** Returns how many connections there were, in words where the client decided. */
  static String connections(int connections) {
    return connections == Limits.AUTO ? "auto" : Integer.toString(connections);
  }

  List<Result> results() {
    return results;
  }

  double gibibytes() {
    return gibibytes;
  }

  /** Returns the head of a table: first a column of words, then numbers. */
  static String head(String... columns) {
    return row(List.of(columns)) + "| --- |" + " ---: |".repeat(columns.length - 1) + "\n";
  }

  static String row(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }

  /** Returns the results that share a row, in the order in which the entrants came. */
  Map<Row, List<Result>> rows() {
    return results.stream()
        .collect(Collectors.groupingBy(Row::of, LinkedHashMap::new, Collectors.toList()));
  }

  static String peak(Result result) {
    double mebibytes = result.peakBytes() / (1 << 20);
    return mebibytes == 0 ? NONE : String.format(Locale.ROOT, "%.0f", mebibytes);
  }

  /** Returns QSDE divided by the rival, in parentheses; nothing for QSDE itself. */
  String ratios(Result rival, ToDoubleFunction<Result> measure) {
    List<String> ratios = new ArrayList<>();
    if (!isQsde(rival)) {
      for (Kind kind : baselines(rival.kind())) {
        baseline(kind, rival)
            .map(qsde -> number(measure.applyAsDouble(qsde) / measure.applyAsDouble(rival)))
            .ifPresent(ratios::add);
      }
    }
    return ratios.isEmpty() ? "" : " (" + String.join(", ", ratios) + ")";
  }

  /** Returns QSDE with as many connections as the rival has, or with the nearest number. */
  private Optional<Result> baseline(Kind kind, Result rival) {
    return results.stream()
        .filter(
            r ->
                isQsde(r)
                    && r.kind() == kind
                    && r.sha256() == rival.sha256()
                    && r.way().equals(rival.way()))
        .min(Comparator.comparingInt(r -> Math.abs(r.connections() - rival.connections())));
  }

  static boolean isQsde(Result result) {
    return result.title().equals(Lineup.QSDE) || result.title().equals(Lineup.QSDE_GET);
  }

  private static List<Kind> baselines(Kind rival) {
    return rival == Kind.COMMAND ? List.of(Kind.WARM, Kind.COMMAND) : List.of(rival);
  }

  static String spread(Result one, Result other, ToDoubleFunction<Sample> measure) {
    int rounds = Math.min(one.samples().size(), other.samples().size());
    double[] ratios = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      ratios[i] =
          measure.applyAsDouble(one.samples().get(i))
              / measure.applyAsDouble(other.samples().get(i));
    }
    Arrays.sort(ratios);
    return number(Sample.median(ratios))
        + " ("
        + number(ratios[0])
        + " to "
        + number(ratios[rounds - 1])
        + ")";
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  /** What the results of one row of the table share. */
  record Row(String title, Kind kind, int connections) {

    static Row of(Result result) {
      return new Row(result.title(), result.kind(), result.connections());
    }

    String label() {
      return switch (kind) {
        case WARM -> title + ", warm";
        case FRESH -> title + ", fresh JVM";
        case COMMAND -> title;
      };
    }

    String withConnections() {
      return label() + " ×" + Report.connections(connections);
    }
  }
}
