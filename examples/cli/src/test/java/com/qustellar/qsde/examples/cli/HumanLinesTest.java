package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.DownloadSummary;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HumanLinesTest {

  private static final long MIB = 1024 * 1024;
  private static final DownloadRequest REQUEST =
      DownloadRequest.of("https://host/a", Path.of("a.bin")).withId("one");
  private static final DownloadSummary SUMMARY =
      new DownloadSummary(2, 1, 0, 10 * MIB, Duration.ofSeconds(5));
  private static final DownloadSummary INTERRUPTED =
      new DownloadSummary(2, 1, 3, 10 * MIB, Duration.ofSeconds(5));

  private final DownloadEngine engine = DownloadEngine.create();

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void quietShowsErrorsAndNothingElse() {
    TestScreen screen = new TestScreen();
    Report lines = new HumanLines(screen.screen(), null, false, false);
    DownloadException error =
        new DownloadException.TooLarge(REQUEST.uri(), REQUEST.target(), 10, null);

    lines.progress(List.of());
    lines.ended(new DownloadOutcome.Completed(REQUEST, result()));
    lines.ended(new DownloadOutcome.Failed(REQUEST, error));
    lines.summary(SUMMARY);

    assertThat(screen.err()).isEqualTo("qsde: " + error.getMessage() + "\n");
    assertThat(screen.out()).isEmpty();
  }

  @Test
  void whatIsKeptIsToldAtTheEnd() {
    TestScreen screen = new TestScreen();
    Report lines = lines(screen, false, false);

    lines.ended(new DownloadOutcome.Cancelled(REQUEST, true));
    lines.summary(INTERRUPTED);

    assertThat(screen.errLines()).hasSize(3);
    assertThat(screen.errLines().get(1)).contains("the same command goes on");
    assertThat(screen.errLines().get(2)).contains("--existing skip");
  }

  @Test
  void whatHasCompletedIsNotToBeFetchedAgainEvenWhereNothingIsKept() {
    TestScreen screen = new TestScreen();
    Report lines = lines(screen, false, false);

    lines.ended(new DownloadOutcome.Cancelled(REQUEST, false));
    lines.summary(INTERRUPTED);

    assertThat(screen.errLines()).hasSize(2).last().asString().contains("--existing skip");
  }

  @Test
  void verboseTellsEveryRetryOnceAndWhereTheFileCameFrom() {
    TestScreen screen = new TestScreen();
    Report lines = lines(screen, true, true);

    lines.progress(List.of(retried(0, null)));
    lines.progress(List.of(retried(1, "it broke off\u001b[2J")));
    lines.progress(List.of(retried(1, "it broke off\u001b[2J")));
    lines.progress(List.of(retried(3, null)));
    lines.ended(new DownloadOutcome.Completed(REQUEST, result()));

    assertThat(screen.errLines())
        .containsExactly(
            "one.bin: retry 1, because it broke off?[2J",
            "one.bin: retry 3",
            "a.bin: 10.0 MiB in 2.0 s, 5.0 MiB/s, sha256 verified",
            "  to out/a.bin from https://host/final, segments: 3, retries: 1, only its length"
                + " shows that it is of one version");
  }

  @Test
  void aRetryOfWhatHasNoNameYetSaysOfWhich(@TempDir Path dir) {
    TestScreen screen = new TestScreen();
    DownloadRequest unnamed = DownloadRequest.of("https://me:secret@host/x?secret", dir);
    Progress retried =
        new Progress(
            "x", null, DownloadState.WAITING, 0, OptionalLong.empty(), 0, null, 0, 0, 1, 1, null);

    lines(screen, true, true).progress(List.of(new Running(unnamed, retried)));

    assertThat(screen.errLines()).containsExactly("https://host/x?…: retry 1");
  }

  @Test
  void retriesAreToldWithoutDetailsAsWell() {
    TestScreen screen = new TestScreen();
    Report lines = lines(screen, true, false);

    lines.progress(List.of(retried(1, null)));
    lines.ended(new DownloadOutcome.Completed(REQUEST, result()));

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

    assertThat(HumanLines.completed(resumed)).isEqualTo("a.bin: 10.0 MiB in 2.0 s, 1.0 MiB/s");
    assertThat(HumanLines.details(resumed)).contains("resumed: 8.0 MiB");
  }

  @Test
  void norDoesItInTheSummary() {
    TestScreen screen = new TestScreen();
    Report lines = lines(screen, false, false);
    DownloadResult resumed =
        new DownloadResult(
            "one",
            Path.of("a.bin"),
            10 * MIB,
            5 * MIB,
            null,
            Duration.ofSeconds(2),
            0,
            1,
            URI.create("https://host/a"),
            null,
            Set.of());

    lines.ended(new DownloadOutcome.Completed(REQUEST, resumed));
    lines.summary(SUMMARY);

    assertThat(screen.errLines())
        .last()
        .isEqualTo("2 completed, 1 failed, 10.0 MiB in 5.0 s, 1.0 MiB/s");
  }

  @Test
  void aFailureOfAServerNamesTheFile() {
    TestScreen screen = new TestScreen();
    Report lines = new HumanLines(screen.screen(), null, false, false);

    lines.ended(
        new DownloadOutcome.Failed(
            DownloadRequest.of("https://n:SECRET@host/a?key=SECRET"),
            new DownloadException.ConnectFailed(REQUEST.uri(), REQUEST.target(), null)));

    assertThat(screen.errLines())
        .singleElement()
        .asString()
        .startsWith("qsde: https://host/a?…: could not connect to host")
        .doesNotContain("SECRET");
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

    assertThat(HumanLines.completed(present)).isEqualTo("a.bin: already there, as expected");
  }

  @Test
  void theSummaryNamesWhatWasCancelled() {
    DownloadSummary summary = new DownloadSummary(0, 0, 3, 0, Duration.ofSeconds(1));

    assertThat(HumanLines.total(summary, 0, 0, 0))
        .isEqualTo("0 completed, 0 failed, 3 cancelled, after 1.0 s");
    // Nothing that completed was transferred.
    assertThat(HumanLines.total(SUMMARY, 0, 0, 0)).isEqualTo("2 completed, 1 failed, after 5.0 s");
    assertThat(HumanLines.total(SUMMARY, 3, 1, 0))
        .isEqualTo("2 completed, 1 failed, 3 skipped, 1 already current, after 5.0 s");
  }

  private Report lines(TestScreen screen, boolean tellsRetries, boolean tellsDetails) {
    return new HumanLines(
        screen.screen(), screen.screen().watch(engine, false), tellsRetries, tellsDetails);
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
