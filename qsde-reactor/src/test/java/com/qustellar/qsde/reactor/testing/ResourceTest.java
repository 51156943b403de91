package com.qustellar.qsde.reactor.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceTest extends OriginTestBase {

  @Test
  void servesTheWholeWithItsValidators() throws IOException {
    List<String> head = client.get("/file?query");

    assertThat(head)
        .startsWith("HTTP/1.1 200 Scripted")
        .contains(
            "Content-Length: 1000",
            "Accept-Ranges: bytes",
            "ETag: \"v1\"",
            "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT")
        .anyMatch(header -> header.matches("Date: \\w{3}, \\d\\d \\w{3} \\d{4} [0-9:]{8} GMT"));
    assertThat(client.body(1000)).isEqualTo(BODY.bytes());
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 0, 0",
    "bytes=0-999, 0, 999",
    "bytes=10-19, 10, 19",
    "bytes=990-5000, 990, 999",
    "bytes=400-, 400, 999",
    "bytes=-7, 993, 999",
    "bytes=-5000, 0, 999",
    "BYTES=1-2, 1, 2",
  })
  void servesARange(String range, int first, int last) throws IOException {
    List<String> head = client.get("/file", "Range: " + range);

    assertThat(head)
        .startsWith("HTTP/1.1 206 Scripted")
        .contains("Content-Range: bytes " + first + "-" + last + "/1000");
    assertThat(client.body(last - first + 1))
        .isEqualTo(BODY.slice(first, last - first + 1).bytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=1000-", "bytes=2000-3000", "bytes=-0"})
  void refusesARangeBehindTheEnd(String range) throws IOException {
    assertThat(client.get("/file", "Range: " + range))
        .startsWith("HTTP/1.1 416 Scripted")
        .contains("Content-Range: bytes */1000", "Content-Length: 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=5-4", "bytes=-", "bytes=0-1,3-4", "lines=1-2", "nonsense"})
  void ignoresARangeThatIsNone(String range) throws IOException {
    assertThat(client.get("/file", "Range: " + range)).startsWith("HTTP/1.1 200 Scripted");
  }

  @ParameterizedTest
  @CsvSource({
    "'\"v1\"', 206",
    "'\"v2\"', 200",
    "'W/\"v1\"', 200",
    "'Thu, 01 Jan 2026 00:00:00 GMT', 206",
    "'Thu, 01 Jan 2026 00:00:01 GMT', 200",
  })
  void honoursIfRange(String validator, int status) throws IOException {
    assertThat(client.get("/file", "Range: bytes=0-9", "If-Range: " + validator))
        .startsWith("HTTP/1.1 " + status + " Scripted");
  }
}
