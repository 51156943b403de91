package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.examples.cli.ProgressDisplay.Style;
import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.DownloadSummary;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {

  private static final long MIB = 1024 * 1024;
  private static final DownloadRequest REQUEST =
      DownloadRequest.of("https://host/a", Path.of("a.bin")).withId("one");
  private static final DownloadSummary SUMMARY =
      new DownloadSummary(2, 1, 0, 10 * MIB, Duration.ofSeconds(5));

  @Test
  void columnsStayWhereTheyAre() {
    Overview first = new Overview(0, 2, 0, OptionalLong.of(512 * MIB), 0, Duration.ofSeconds(1));
    Overview middle =
        new Overview(1, 2, 230 * MIB, OptionalLong.of(512 * MIB), 45 * MIB, Duration.ofSeconds(2));
    Overview unknown =
        new Overview(1, 2, 230 * MIB, OptionalLong.empty(), 45 * MIB, Duration.ofSeconds(2));

    assertThat(ProgressDisplay.line(first))
        .isEqualTo("  0%         0 B of 512.0 MiB          0 B/s            0 of 2 files");
    assertThat(ProgressDisplay.line(middle))
        .isEqualTo(" 44%   230.0 MiB of 512.0 MiB     45.0 MiB/s      0:06  1 of 2 files");
    assertThat(ProgressDisplay.line(unknown))
        .isEqualTo("       230.0 MiB                  45.0 MiB/s            1 of 2 files");
  }

  @Test
  void aSingleFileIsNotCounted() {
    Overview overview =
        new Overview(0, 1, MIB, OptionalLong.of(2 * MIB), MIB, Duration.ofSeconds(1));

    assertThat(ProgressDisplay.line(overview))
        .isEqualTo(" 50%     1.0 MiB of 2.0 MiB        1.0 MiB/s      0:01");
  }

  @Test
  void theLiveLineIsDrawnOverAndNeverWiderThanTheScreen() {
    TestScreen screen = new TestScreen(true, 21);
    ProgressDisplay display = new ProgressDisplay(screen.screen(), Style.LIVE, false, false);

    display.progress(overview(1, MIB), List.of());
    display.progress(overview(2, 2 * MIB), List.of());
    display.ended(new DownloadOutcome.Completed(REQUEST, result()), false);
    display.summary(SUMMARY);

    String blank = "\r" + " ".repeat(20) + "\r";
    assertThat(screen.err())
        .isEqualTo(
            "\r 10%     1.0 MiB of "
                + "\r 20%     2.0 MiB of "
                + blank
                + "a.bin: 10.0 MiB in 2.0 s, 5.0 MiB/s, sha256 verified\n"
                + "2 completed, 1 failed, 10.0 MiB in 5.0 s, 2.0 MiB/s\n");
  }

  @Test
  void withoutATerminalALineComesEveryFiveSeconds() {
    TestScreen screen = new TestScreen();
    ProgressDisplay display = new ProgressDisplay(screen.screen(), Style.PLAIN, false, false);

    for (int second = 1; second <= 12; second++) {
      display.progress(overview(second, second * MIB), List.of());
    }
    display.summary(SUMMARY);

    assertThat(screen.errLines())
        .containsExactly(
            "50%     5.0 MiB of 10.0 MiB       1.0 MiB/s      0:05",
            "100%    10.0 MiB of 10.0 MiB       1.0 MiB/s      0:00",
            "2 completed, 1 failed, 10.0 MiB in 5.0 s, 2.0 MiB/s");
  }

  @Test
  void quietShowsErrorsAndNothingElse() {
    TestScreen screen = new TestScreen(true, 80);
    ProgressDisplay display = new ProgressDisplay(screen.screen(), Style.QUIET, false, false);
    DownloadException error =
        new DownloadException.TooLarge(REQUEST.uri(), REQUEST.target(), 10, null);

    display.progress(overview(10, MIB), List.of());
    display.ended(new DownloadOutcome.Completed(REQUEST, result()), false);
    display.ended(new DownloadOutcome.Failed(REQUEST, error), false);
    display.summary(SUMMARY);

    assertThat(screen.err()).isEqualTo("qsde: " + error.getMessage() + "\n");
    assertThat(screen.out()).isEmpty();
  }

  @Test
  void whatIsKeptIsToldAtTheEnd() {
    TestScreen screen = new TestScreen();
    ProgressDisplay display = new ProgressDisplay(screen.screen(), Style.PLAIN, false, false);

    display.ended(new DownloadOutcome.Cancelled(REQUEST), true);
    display.summary(SUMMARY);

    assertThat(screen.errLines()).hasSize(2).last().asString().contains("the same command goes on");
  }

  @Test
  void verboseTellsEveryRetryOnceAndWhereTheFileCameFrom() {
    TestScreen screen = new TestScreen();
    ProgressDisplay display = new ProgressDisplay(screen.screen(), Style.PLAIN, true, true);

    display.progress(overview(1, 0), List.of(retried(0, null)));
    display.progress(overview(1, 0), List.of(retried(1, "it broke off\u001b[2J")));
    display.progress(overview(1, 0), List.of(retried(1, "it broke off\u001b[2J")));
    display.progress(overview(1, 0), List.of(retried(3, null)));
    display.ended(new DownloadOutcome.Completed(REQUEST, result()), false);

    assertThat(screen.errLines())
        .containsExactly(
            "one.bin: retry 1, because it broke off?[2J",
            "one.bin: retry 3",
            "a.bin: 10.0 MiB in 2.0 s, 5.0 MiB/s, sha256 verified",
            "  to out/a.bin from https://host/final, segments: 3, retries: 1, UNPROVEN");
  }

  @Test
  void retriesAreToldWithoutDetailsAsWell() {
    TestScreen screen = new TestScreen();
    ProgressDisplay display = new ProgressDisplay(screen.screen(), Style.PLAIN, true, false);

    display.progress(overview(1, 0), List.of(retried(1, null)));
    display.ended(new DownloadOutcome.Completed(REQUEST, result()), false);

    assertThat(screen.errLines()).hasSize(2).first().isEqualTo("one.bin: retry 1");
  }

  @Test
  void whatIsResumedDoesNotCountAsSpeed() {
    DownloadResult resumed =
        new DownloadResult(
            "one",
            Path.of("a.bin"),
            10 * MIB,
            8 * MIB,
            null,
            Duration.ofSeconds(2),
            0,
            1,
            URI.create("https://host/a"),
            null,
            Set.of());

    assertThat(ProgressDisplay.completed(resumed)).isEqualTo("a.bin: 10.0 MiB in 2.0 s, 1.0 MiB/s");
    assertThat(ProgressDisplay.details(resumed)).contains("resumed: 8.0 MiB");
  }

  @Test
  void aFileThatWasThereWasNotTransferred() {
    DownloadResult present =
        new DownloadResult(
            "one",
            Path.of("a.bin"),
            MIB,
            0,
            null,
            Duration.ZERO,
            0,
            0,
            URI.create("https://host/a"),
            null,
            Set.of(DownloadResult.Note.ALREADY_PRESENT));

    assertThat(ProgressDisplay.completed(present)).isEqualTo("a.bin: already there, as expected");
  }

  @Test
  void theSummaryNamesWhatWasCancelled() {
    DownloadSummary summary = new DownloadSummary(0, 0, 3, 0, Duration.ofSeconds(1));

    assertThat(ProgressDisplay.total(summary))
        .isEqualTo("0 completed, 0 failed, 3 cancelled, after 1.0 s");
  }

  private static Overview overview(int second, long bytes) {
    return new Overview(0, 1, bytes, OptionalLong.of(10 * MIB), MIB, Duration.ofSeconds(second));
  }

  private static Running retried(int retries, String lastError) {
    return Snapshots.running(
        "one", DownloadState.WAITING, 0, OptionalLong.empty(), 0, null, retries, lastError);
  }

  private static DownloadResult result() {
    return new DownloadResult(
        "one",
        Path.of("out/a.bin"),
        10 * MIB,
        0,
        Checksum.parse("sha256:" + "0123456789abcdef".repeat(4)),
        Duration.ofSeconds(2),
        1,
        3,
        URI.create("https://host/final"),
        null,
        Set.of(DownloadResult.Note.UNPROVEN));
  }
}
