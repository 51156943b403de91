package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of downloads, to people and to programs, and what is not. */
class ReportTest extends CommandTestBase {

  @Test
  void jsonLinesGoToStdoutAndErrorsToStderrAsEver() {
    String url = origin.serve("/hello", "hello");
    assertThat(get("--json", "--checksum", "sha256:" + HELLO_SHA256, url)).isZero();
    assertThat(screen.err()).isEmpty();
    assertThat(screen.outLines()).hasSize(2);
    assertThat(screen.outLines().get(0))
        .matches(
            "\\{\"event\":\"completed\",\"id\":\"[^\"]+\",\"file\":\"\\Q"
                + dir.resolve("hello")
                + "\\E\",\"bytes\":5,\"resumed\":0,\"checksum\":\"sha256:"
                + HELLO_SHA256
                + "\",\"seconds\":[0-9.]+,\"retries\":0,\"url\":\"\\Q"
                + url
                + "\\E\"}");

    assertThat(get("--json", origin.url("/missing"))).isEqualTo(1);
    assertThat(screen.outLines().get(2))
        .contains("\"event\":\"failed\"", "\"error\":\"HttpStatus\"", "\"retryable\":false");
    assertThat(screen.outLines().get(3))
        .startsWith(
            "{\"event\":\"summary\",\"completed\":0,\"failed\":1,\"skipped\":0,\"bytes\":0,\"seconds\":");
    assertThat(errors()).hasSize(1);
  }

  @Test
  void jsonTellsProgressWhileItGoesOn() {
    try (DemoOrigin slow = new DemoOrigin()) {
      String url = slow.serve(DemoFile.of("slow.bin", 200_000).paced(200_000)).toString();

      assertThat(get("--json", url)).isZero();
    }
    assertThat(screen.outLines().get(0)).startsWith("{\"event\":\"progress\",\"id\":");
    // The first may be of a connection that has brought no answer yet.
    assertThat(screen.outLines())
        .filteredOn(line -> line.startsWith("{\"event\":\"progress\""))
        .last()
        .asString()
        .contains("\"file\":\"" + dir.resolve("slow.bin") + "\"", "\"total\":200000");
  }

  @Test
  void quietIsQuiet() {
    assertThat(get("-q", origin.serve("/hello", "hello"))).isZero();
    assertThat(screen.err() + screen.out()).isEmpty();

    assertThat(get("-q", "-v", origin.url("/missing"))).isEqualTo(1);
    assertThat(screen.errLines()).hasSize(1).first().asString().startsWith("qsde: ");
  }

  @Test
  void quietShowsNothingOfWhatCompletes() {
    try (DemoOrigin other = new DemoOrigin()) {
      assertThat(get("-q", other.serve(DemoFile.of("quiet.bin", 1000)).toString())).isZero();
    }

    assertThat(screen.err()).isEmpty();
  }

  @Test
  void verboseTellsWhereAFileCameFromAndWhatWasTriedAgain() {
    try (DemoOrigin breaking = new DemoOrigin()) {
      DemoFile file = DemoFile.of("breaks.bin", 600_000).paced(600_000).brokenAt(300_000);
      String url = breaking.serve(file).toString();

      assertThat(get("-v", "-x", "1", url)).isZero();

      assertThat(breaking.wasContinuedWhereItBroke(file)).isTrue();
      assertThat(screen.errLines().get(0)).startsWith("breaks.bin: retry 1, because ");
      assertThat(screen.errLines().get(2))
          .isEqualTo(
              "  to " + dir.resolve("breaks.bin") + " from " + url + ", segments: 1, retries: 1");
    }
  }

  @Test
  void aFileThatIsCompressedUnaskedIsCalledThat() throws IOException {
    String url =
        origin.on(
            "/a.txt",
            exchange -> {
              exchange.getResponseHeaders().set("Content-Encoding", "gzip");
              exchange.sendResponseHeaders(200, 3);
              exchange.getResponseBody().write(new byte[3]);
            });

    assertThat(get(url)).isZero();
    assertThat(screen.errLines()).hasSize(3);
    assertThat(screen.errLines().get(1)).startsWith("  It is compressed");

    assertThat(get("-q", "--overwrite", url)).isZero();
    assertThat(screen.errLines()).hasSize(3);

    assertThat(get("-v", "--overwrite", url)).isZero();
    assertThat(screen.errLines()).hasSize(7);
    assertThat(screen.errLines().get(4)).startsWith("  It is compressed");
    assertThat(screen.errLines().get(5))
        .endsWith(", retries: 0, over one connection, as the server sends no ranges");
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "on", "off"})
  void whereThereIsNoTerminalNothingIsDrawn(String ui) {
    try (DemoOrigin slow = new DemoOrigin()) {
      String url = slow.serve(DemoFile.of("slow.bin", 100_000).paced(200_000)).toString();

      assertThat(get("--ui", ui, url)).isZero();

      assertThat(screen.errLines()).hasSize(2);
      assertThat(screen.err()).startsWith("slow.bin: ").doesNotContain("\r", "\u001b");
    }
  }
}
