package com.qustellar.qsde.examples.benchmarks;

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
import org.jspecify.annotations.Nullable;

/** Writes results as Markdown, and QSDE beside everybody else. */
final class Report {

  private static final String NONE = "–";

  private final List<Result> results;
  private final double gibibytes;

  /**
   * @param size the length in bytes of the file that everybody downloaded
   */
  Report(List<Result> results, long size) {
    this.results = List.copyOf(results);
    this.gibibytes = (double) size / Size.GIB;
  }

  /**
   * Returns one row for each entrant and number of connections.
   *
   * <p>In parentheses stands QSDE's number divided by the entrant's: for a library QSDE started the
   * same way, for a command the warm engine and the {@code qsde} command.
   */
  String table() {
    StringBuilder table = new StringBuilder();
    table.append("| client | connections | wall s | CPU s/GiB | peak MiB ");
    table.append("| SHA-256: wall s | CPU s/GiB | peak MiB |\n");
    table.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (Map.Entry<Row, List<Result>> row : rows().entrySet()) {
      table.append("| ").append(row.getKey().label());
      table.append(" | ").append(row.getKey().connections());
      for (boolean sha256 : new boolean[] {false, true}) {
        Result result =
            row.getValue().stream().filter(r -> r.sha256() == sha256).findFirst().orElse(null);
        table.append(" | ").append(String.join(" | ", cells(result)));
      }
      table.append(" |\n");
    }
    return table.toString();
  }

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
                "{\"client\":\"%s\",\"kind\":\"%s\",\"connections\":%d,\"sha256\":%b,"
                    + "\"wallSeconds\":%.4f,\"cpuSecondsPerGiB\":%.4f,\"peakBytes\":%d}%n",
                result.title(),
                result.kind().name().toLowerCase(Locale.ROOT),
                result.connections(),
                result.sha256(),
                sample.wallSeconds(),
                sample.cpuSeconds() / gibibytes,
                sample.peakBytes()));
      }
    }
    return lines.toString();
  }

  private Map<Row, List<Result>> rows() {
    return results.stream()
        .collect(Collectors.groupingBy(Row::of, LinkedHashMap::new, Collectors.toList()));
  }

  private List<String> cells(@Nullable Result result) {
    if (result == null) {
      return List.of(NONE, NONE, NONE);
    }
    double peak = result.peakBytes() / (1 << 20);
    return List.of(
        number(result.wallSeconds()) + ratios(result, Result::wallSeconds),
        number(result.cpuSeconds() / gibibytes) + ratios(result, Result::cpuSeconds),
        peak == 0 ? NONE : String.format(Locale.ROOT, "%.0f", peak));
  }

  private String ratios(Result rival, ToDoubleFunction<Result> measure) {
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
        .filter(r -> isQsde(r) && r.kind() == kind && r.sha256() == rival.sha256())
        .min(Comparator.comparingInt(r -> Math.abs(r.connections() - rival.connections())));
  }

  private static boolean isQsde(Result result) {
    return result.title().equals(Lineup.QSDE) || result.title().equals(Lineup.QSDE_GET);
  }

  private static List<Kind> baselines(Kind rival) {
    return rival == Kind.COMMAND ? List.of(Kind.WARM, Kind.COMMAND) : List.of(rival);
  }

  private static String spread(Result qsde, Result rival, ToDoubleFunction<Sample> measure) {
    int rounds = Math.min(qsde.samples().size(), rival.samples().size());
    double[] ratios = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      ratios[i] =
          measure.applyAsDouble(qsde.samples().get(i))
              / measure.applyAsDouble(rival.samples().get(i));
    }
    Arrays.sort(ratios);
    return number(Sample.median(ratios))
        + " ("
        + number(ratios[0])
        + " to "
        + number(ratios[rounds - 1])
        + ")";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  /** What the results of one row of the table share. */
  private record Row(String title, Kind kind, int connections) {

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
      return label() + " ×" + connections;
    }
  }
}
