package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.DownloadSummary;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesTest {

  private static final String DIGEST = "0123456789abcdef".repeat(4);
  private static final DownloadRequest REQUEST =
      DownloadRequest.of("https://user:secret@host/a?sig=secret", Path.of("a.bin")).withId("one");

  private final TestScreen screen = new TestScreen();
  private final JsonLines json = new JsonLines(screen.screen());

  @Test
  void progressIsOneLineADownloadThatHasStarted() {
    json.progress(
        List.of(
            Snapshots.running(
                "x",
                DownloadState.DOWNLOADING,
                10,
                OptionalLong.of(100),
                7,
                Duration.ofMillis(12_857),
                2,
                "broken"),
            Snapshots.running("y", 5, OptionalLong.empty(), 0),
            Snapshots.running(
                "z", DownloadState.QUEUED, 0, OptionalLong.empty(), 0, null, 0, null)));

    assertThat(screen.outLines())
        .containsExactly(
            "{\"event\":\"progress\",\"id\":\"x\",\"file\":\"x.bin\",\"received\":10,\"total\":100,"
                + "\"bytesPerSecond\":7,\"eta\":12.857,\"active\":3,\"retries\":2,"
                + "\"url\":\"https://host/x?…\"}",
            "{\"event\":\"progress\",\"id\":\"y\",\"file\":\"y.bin\",\"received\":5,\"total\":null,"
                + "\"bytesPerSecond\":0,\"eta\":null,\"active\":3,\"retries\":0,"
                + "\"url\":\"https://host/y?…\"}");
  }

  /** What a server may claim, at a byte a second: more milliseconds than a long has. */
  @Test
  void theLongestTimeToComeIsAFigureAsWell() {
    OptionalLong total = OptionalLong.of(Long.MAX_VALUE);
    Duration eta = Duration.ofSeconds(Long.MAX_VALUE);

    json.progress(
        List.of(Snapshots.running("x", DownloadState.DOWNLOADING, 0, total, 1, eta, 0, null)));

    assertThat(screen.out()).contains("\"eta\":9223372036854775807.000,");
  }

  @Test
  void aFileIsNamedInItsDirectoryAsSoonAsItsNameIsKnown(@TempDir Path dir) {
    Running running = Snapshots.running("x", 1, OptionalLong.empty(), 0);
    Running intoDirectory =
        new Running(DownloadRequest.of("https://host/x", dir), running.progress());

    json.progress(List.of(intoDirectory));

    assertThat(screen.out()).contains("\"file\":\"" + dir.resolve("x.bin") + "\"");
  }

  @Test
  void aNameThatIsNotKnownIsNull(@TempDir Path dir) {
    DownloadRequest request = DownloadRequest.of("https://host/x", dir);
    DownloadRequest here = DownloadRequest.of("https://host/x", Path.of(""));

    json.progress(
        List.of(
            new Running(request, progress(null)),
            new Running(request, progress(dir.getFileName().toString())),
            new Running(here, progress(""))));
    json.ended(
        new DownloadOutcome.Failed(
            request, new DownloadException.HttpStatus(request.uri(), dir, 404, null, null)));
    json.ended(new DownloadOutcome.Cancelled(request, false));

    assertThat(screen.outLines()).hasSize(5).allMatch(line -> line.contains("\"file\":null,"));
  }

  private static Progress progress(String name) {
    return new Progress(
        "x", name, DownloadState.CONNECTING, 0, OptionalLong.empty(), 0, null, 0, 0, 0, 0, null);
  }

  @Test
  void aCompletedDownloadHasItsChecksumWhereThereIsOne() {
    json.ended(new DownloadOutcome.Completed(REQUEST, result(null)));
    json.ended(new DownloadOutcome.Completed(REQUEST, result(Checksum.parse("sha256:" + DIGEST))));

    assertThat(screen.outLines())
        .containsExactly(
            "{\"event\":\"completed\",\"id\":\"one\",\"file\":\"a\\\"b.bin\",\"bytes\":100,"
                + "\"resumed\":40,\"checksum\":null,\"seconds\":1.234,\"retries\":2,"
                + "\"url\":\"https://host/a?…\"}",
            "{\"event\":\"completed\",\"id\":\"one\",\"file\":\"a\\\"b.bin\",\"bytes\":100,"
                + "\"resumed\":40,\"checksum\":\"sha256:"
                + DIGEST
                + "\",\"seconds\":1.234,\"retries\":2,"
                + "\"url\":\"https://host/a?…\"}");
    assertThat(screen.err()).isEmpty();
  }

  @Test
  void aFailureIsALineForProgramsAndOneForPeopleAndShowsNoSecret() {
    DownloadException error =
        new DownloadException.TooLarge(REQUEST.uri(), REQUEST.target(), 10, null);

    json.ended(new DownloadOutcome.Failed(REQUEST, error));

    assertThat(screen.outLines())
        .containsExactly(
            "{\"event\":\"failed\",\"id\":\"one\",\"file\":\"a.bin\",\"error\":\"TooLarge\","
                + "\"message\":\""
                + error.getMessage()
                + "\",\"retryable\":false,\"url\":\"https://host/a?…\"}");
    assertThat(screen.errLines()).containsExactly("qsde: " + error.getMessage());
    assertThat(screen.out() + screen.err()).doesNotContain("secret");
  }

  @Test
  void aCancelledDownloadHasFailed() {
    json.ended(new DownloadOutcome.Cancelled(REQUEST, false));

    assertThat(screen.outLines())
        .containsExactly(
            "{\"event\":\"failed\",\"id\":\"one\",\"file\":\"a.bin\",\"error\":\"Cancelled\","
                + "\"message\":\"the download was cancelled\",\"retryable\":false,"
                + "\"url\":\"https://host/a?…\"}");
  }

  @Test
  void aCancelledDownloadThatIsKeptSaysSo() {
    json.ended(new DownloadOutcome.Cancelled(REQUEST, true));

    assertThat(screen.outLines()).singleElement().asString().contains("goes on where it stopped");
  }

  @Test
  void theSummaryCountsWhatWasCancelledAsFailedAndWhatWasKeptAsSkipped() {
    json.kept(REQUEST, Path.of("b"), false);
    json.kept(REQUEST, Path.of("c"), true);
    json.summary(new DownloadSummary(3, 1, 2, 1_000_000, Duration.ofMillis(90_050)));

    assertThat(screen.outLines())
        .containsExactly(
            "{\"event\":\"skipped\",\"id\":\"one\",\"file\":\"b\",\"url\":\"https://host/a?…\"}",
            "{\"event\":\"skipped\",\"id\":\"one\",\"file\":\"c\",\"url\":\"https://host/a?…\"}",
            "{\"event\":\"summary\",\"completed\":3,\"failed\":3,\"skipped\":2,\"bytes\":1000000,"
                + "\"seconds\":90.050}");
  }

  private static DownloadResult result(Checksum checksum) {
    return new DownloadResult(
        "one",
        Path.of("a\"b.bin"),
        100,
        40,
        checksum,
        Duration.ofMillis(1234),
        2,
        5,
        URI.create("https://host/a"),
        null,
        Set.of());
  }
}
