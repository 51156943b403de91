package com.qustellar.qsde.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are replaced only by another version, and the times that they have. */
class IfNewerOptionTest extends CommandTestBase {

  private static final String MODIFIED = "Mon, 04 Mar 2019 05:06:07 GMT";

  private volatile String version = "1";
  private String url;

  @BeforeEach
  void start() {
    url =
        origin.on(
            "/a.zip",
            exchange -> {
              String etag = '"' + version + '"';
              exchange.getResponseHeaders().set("ETag", etag);
              exchange.getResponseHeaders().set("Last-Modified", MODIFIED);
              if (etag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                exchange.sendResponseHeaders(304, -1);
                return;
              }
              byte[] body = ("version " + version).getBytes(UTF_8);
              exchange.sendResponseHeaders(200, body.length);
              exchange.getResponseBody().write(body);
            });
  }

  @Test
  void aFileThatIsCurrentIsKeptAndAllIsWell() throws IOException {
    assertThat(get("--if-newer", url)).isZero();
    assertThat(get("--if-newer", url)).isZero();

    assertThat(screen.errLines()).contains("a.zip: already current");
    assertThat(screen.errLines())
        .last()
        .asString()
        .startsWith("0 completed, 0 failed, 1 already current,");
    version = "2";
    assertThat(get("--if-newer", "--overwrite", url)).isZero();
    assertThat(dir.resolve("a.zip")).hasContent("version 2");
    assertThat(screen.errLines()).last().asString().startsWith("1 completed, 0 failed");
  }

  @Test
  void aProgramIsToldThatItIsKept() {
    assertThat(get("--json", "--if-newer", "-o", "a.zip", url)).isZero();
    assertThat(get("--json", "--if-newer", "-o", "a.zip", url)).isZero();

    String kept = "\"file\":\"" + dir.resolve("a.zip") + '"';
    assertThat(screen.outLines())
        .filteredOn(line -> line.contains("\"event\":\"skipped\""))
        .singleElement()
        .asString()
        .contains(kept);
    assertThat(screen.outLines())
        .last()
        .asString()
        .contains("\"completed\":0,\"failed\":0,\"skipped\":1,");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--existing=skip", "--existing=rename", "--existing=fail", "--output=-"})
  void whatContradictsItIsWrongUsage(String option) {
    assertThat(get("--if-newer", option, url)).isEqualTo(2);

    assertThat(screen.errLines()).singleElement().asString().contains("--if-newer");
    assertThat(dir).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-R", "--remote-time"})
  void theFileGetsTheTimeOfTheServer(String option) throws IOException {
    assertThat(get(option, url)).isZero();

    assertThat(Files.getLastModifiedTime(dir.resolve("a.zip")).toInstant())
        .isEqualTo(Instant.parse("2019-03-04T05:06:07Z"));
  }
}
