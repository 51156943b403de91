package com.qustellar.qsde.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.benchmarks.Entrant.Kind;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class OneFileReportTest {

  private static final long MIB = 1 << 20;

  @Test
  void aRowHoldsMediansWithoutAndWithSha256() {
    Report report =
        new OneFileReport(
            List.of(
                result("aria2c", Kind.COMMAND, 4, false, 1, 9, 2),
                result("aria2c", Kind.COMMAND, 4, true, 4)),
            Size.GIB);

    assertThat(rows(report)).containsExactly("| aria2c | 4 | 2.00 | 4.00 | 8 | 4.00 | 8.00 | 8 |");
  }

  @Test
  void cpuIsPerGibibyteWhateverTheSize() {
    Report report =
        new OneFileReport(List.of(result("curl", Kind.COMMAND, 1, false, 1)), Size.GIB / 2);

    assertThat(rows(report)).containsExactly("| curl | 1 | 1.00 | 4.00 | 8 | – | – | – |");
  }

  @Test
  void aMissingPeakIsADash() {
    Result result = new Result("curl", Kind.COMMAND, 1, false, "", List.of(new Sample(1, 1, 0)));

    assertThat(rows(new OneFileReport(List.of(result), Size.GIB)))
        .containsExactly("| curl | 1 | 1.00 | 1.00 | – | – | – | – |");
  }

  @Test
  void qsdeIsDividedByARivalStartedTheSameWayWithAsManyConnections() {
    Report report =
        new OneFileReport(
            List.of(
                result(Lineup.QSDE, Kind.WARM, 1, false, 2),
                result(Lineup.QSDE, Kind.WARM, 4, false, 1),
                result(Lineup.QSDE, Kind.FRESH, 1, false, 3),
                result("OkHttp", Kind.WARM, 1, false, 4),
                result("OkHttp", Kind.FRESH, 1, false, 4)),
            Size.GIB);

    assertThat(rows(report))
        .containsExactly(
            "| QSDE, warm | 1 | 2.00 | 4.00 | 8 | – | – | – |",
            "| QSDE, warm | 4 | 1.00 | 2.00 | 8 | – | – | – |",
            "| QSDE, fresh JVM | 1 | 3.00 | 6.00 | 8 | – | – | – |",
            "| OkHttp, warm | 1 | 4.00 (0.50) | 8.00 (0.50) | 8 | – | – | – |",
            "| OkHttp, fresh JVM | 1 | 4.00 (0.75) | 8.00 (0.75) | 8 | – | – | – |");
  }

  @Test
  void aCommandIsComparedWithTheWarmEngineAndWithTheQsdeCommand() {
    Report report =
        new OneFileReport(
            List.of(
                result(Lineup.QSDE, Kind.WARM, 4, false, 1),
                result(Lineup.QSDE_GET, Kind.COMMAND, 4, false, 3),
                result("aria2c", Kind.COMMAND, 16, false, 4)),
            Size.GIB);

    assertThat(rows(report))
        .contains("| `qsde get` | 4 | 3.00 | 6.00 | 8 | – | – | – |")
        .contains("| aria2c | 16 | 4.00 (0.25, 0.75) | 8.00 (0.25, 0.75) | 8 | – | – | – |");
  }

  @Test
  void pairsDivideRoundByRound() {
    Report report =
        new OneFileReport(
            List.of(
                result(Lineup.QSDE, Kind.WARM, 4, false, 1, 2, 9),
                result("aria2c", Kind.COMMAND, 4, false, 4, 4, 10),
                result("aria2c", Kind.COMMAND, 4, true, 1)),
            Size.GIB);

    assertThat(report.pairs().lines().skip(2))
        .containsExactly(
            "| QSDE, warm ×4 | aria2c ×4 | no | 0.50 (0.25 to 0.90) | 0.50 (0.25 to 0.90) |");
  }

  @Test
  void jsonHoldsEverySample() {
    Report report =
        new OneFileReport(List.of(result("curl", Kind.COMMAND, 1, false, 1, 2)), Size.GIB);

    assertThat(report.json().lines())
        .containsExactly(
            "{\"client\":\"curl\",\"kind\":\"command\",\"connections\":1,\"sha256\":false,\"way\":\"\","
                + "\"wallSeconds\":1.0000,\"cpuSecondsPerGiB\":2.0000,\"peakBytes\":8388608}",
            "{\"client\":\"curl\",\"kind\":\"command\",\"connections\":1,\"sha256\":false,\"way\":\"\","
                + "\"wallSeconds\":2.0000,\"cpuSecondsPerGiB\":4.0000,\"peakBytes\":8388608}");
  }

  /** Twice as many seconds of CPU as of wall, and 8 MiB. */
  private static Result result(
      String title, Kind kind, int connections, boolean sha256, double... walls) {
    List<Sample> samples =
        DoubleStream.of(walls).mapToObj(wall -> new Sample(wall, 2 * wall, 8 * MIB)).toList();
    return new Result(title, kind, connections, sha256, "", samples);
  }

  private static List<String> rows(Report report) {
    return report.table().lines().skip(2).toList();
  }
}
