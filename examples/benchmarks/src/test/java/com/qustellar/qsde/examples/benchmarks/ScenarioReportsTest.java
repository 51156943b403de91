package com.qustellar.qsde.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.benchmarks.Entrant.Kind;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ScenarioReportsTest {

  @Test
  void manyFilesAreCountedASecondAndQsdeDividedByEachRival() {
    Report report =
        new ManyFilesReport(
            List.of(
                result(Lineup.QSDE, Kind.WARM, 16, "", 1), result("curl", Kind.COMMAND, 16, "", 2)),
            4000,
            1);

    assertThat(report.table().lines().skip(2))
        .containsExactly(
            "| QSDE, warm | 16 | 4000 | 1.00 | 0.50 | 8 |",
            "| curl | 16 | 2000 (2.00) | 2.00 | 1.00 (0.50) | 8 |");
  }

  @Test
  void speedIsAShareOfWhatTheConnectionsAreGiven() {
    long gibibyte = Size.GIB;
    Report report =
        new SpeedReport(
            List.of(
                result(Lineup.QSDE, Kind.WARM, 4, "", 2),
                result(Lineup.QSDE, Kind.WARM, Limits.AUTO, "", 4)),
            gibibyte,
            gibibyte / 4);

    assertThat(report.table().lines().skip(2))
        .containsExactly(
            "| QSDE, warm | 4 | 2.00 | 512.0 | 0.50 | 4.00 | 8 |",
            "| QSDE, warm | auto | 4.00 | 256.0 | – | 8.00 | 8 |");
  }

  @Test
  void theTimeWithASlowConnectionIsDividedByTheTimeWithoutRoundByRound() {
    Report report =
        new SlowOneReport(
            List.of(
                result(Lineup.QSDE, Kind.WARM, 8, "all alike", 1, 2),
                result(Lineup.QSDE, Kind.WARM, 8, "one slow", 1, 4)),
            1);

    assertThat(report.table().lines().skip(2))
        .containsExactly("| QSDE, warm | 8 | 1.50 | 2.50 | 1.50 (1.00 to 2.00) |");
  }

  /** Twice as many seconds of CPU as of wall, and 8 MiB. */
  private static Result result(
      String title, Kind kind, int connections, String way, double... walls) {
    List<Sample> samples =
        DoubleStream.of(walls).mapToObj(wall -> new Sample(wall, 2 * wall, 8 << 20)).toList();
    return new Result(title, kind, connections, false, way, samples);
  }
}
