package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.DownloadState.COMPLETED;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was downloaded is handed out: whole, in part, or not where the client has it. */
class FilesTest extends DownloadsTestBase {

  @Test
  void aFileIsDownloadedVerifiedAndHandedOut() {
    String id = add(Map.of("url", file() + "?key=SECRET", "checksum", "sha256:" + BODY.sha256()));

    DownloadView done = awaitState(id, COMPLETED);
    assertThat(done.url()).isEqualTo(origin.uri("/file.bin") + "?…");
    assertThat(done.fileName()).isEqualTo("file.bin");
    assertThat(done.bytesReceived()).isEqualTo(300_000);
    assertThat(done.totalBytes()).isEqualTo(300_000);
    assertThat(done.endedAt()).isAfter(done.createdAt());

    Answer file = get("/downloads/" + id + "/file").isStatus(200);
    assertThat(file.bytes()).isEqualTo(BODY.bytes());
    assertThat(file.header("Content-Disposition")).startsWith("attachment; filename=\"file.bin\"");
    assertThat(file.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(file.header("Content-Security-Policy")).startsWith("sandbox");
    assertThat(file.header("Accept-Ranges")).isEqualTo("bytes");
  }

  @Test
  void aPartOfTheFileIsHandedOutAndNothingWhereTheClientHasIt() {
    String id = add(file());
    awaitState(id, COMPLETED);
    String path = "/downloads/" + id + "/file";
    String etag = send(port, "HEAD", path, null).isStatus(200).header("ETag");
    String range = "bytes=1000-1999";

    Answer part = get(path, "Range", range, "If-Range", etag).isStatus(206);
    assertThat(part.header("Content-Range")).isEqualTo("bytes 1000-1999/300000");
    assertThat(part.bytes()).isEqualTo(BODY.slice(1000, 1000).bytes());
    assertThat(get(path, "Range", range, "If-Range", "\"other\"").isStatus(200).bytes())
        .isEqualTo(BODY.bytes());
    // The one range that the file does not have is left out (RFC 9110 §15.3.7).
    Answer first = get(path, "Range", "bytes=0-1,999999-").isStatus(206);
    assertThat(first.header("Content-Range")).isEqualTo("bytes 0-1/300000");
    // What is left covers the file.
    String whole = "bytes=0-299999,300000-";
    assertThat(get(path, "Range", whole).isStatus(206).header("Content-Range"))
        .isEqualTo("bytes 0-299999/300000");
    // As much as the file or more: the file.
    for (String all : List.of("bytes=0-149999,150000-", "bytes=0-,0-", "bytes=0-,-1")) {
      assertThat(get(path, "Range", all).isStatus(200).bytes()).isEqualTo(BODY.bytes());
    }
    assertThat(get(path, "Range", "Bytes=1000-1999").isStatus(206).bytes()).isEqualTo(part.bytes());
    get(path, "Range", range, "If-Match", etag).isStatus(206);
    get(path, "If-Match", "\"other\"").isProblem(412, "file-changed");
    get(path, "If-Match", "other").isProblem(400, "invalid-value");
    send(port, "HEAD", path, null, "Range", range).isStatus(200);
    get(path, "Range", "pages=1-2").isStatus(200);
    for (String wrong : List.of("bytes=300000-", "bytes=2-1", "bytes=x", "BYTES=-0")) {
      Answer refused = get(path, "Range", wrong);
      refused.isProblem(416, "range-not-satisfiable");
      assertThat(refused.header("Content-Range")).isEqualTo("bytes */300000");
      assertThat(refused.header("Content-Disposition")).isNull();
    }
    assertThat(get(path, "If-None-Match", etag).isStatus(304).bytes()).isEmpty();
  }

  @Test
  void ofSeveralConditionsTheOneThatSaysMoreCounts() {
    String id = add(file());
    awaitState(id, COMPLETED);
    String path = "/downloads/" + id + "/file";
    Answer head = send(port, "HEAD", path, null).isStatus(200);
    String etag = head.header("ETag");
    String modified = head.header("Last-Modified");
    String before = "Thu, 01 Jan 2015 00:00:00 GMT";

    get(path, "If-Unmodified-Since", before).isProblem(412, "file-changed");
    Answer same = get(path, "If-Unmodified-Since", modified).isStatus(200);
    assertThat(same.header("Last-Modified")).isEqualTo(modified);
    assertThat(same.header("ETag")).isEqualTo(etag);
    get(path, "If-Unmodified-Since", "yesterday").isStatus(200);
    get(path, "If-Match", etag, "If-Unmodified-Since", before).isStatus(200);
    get(path, "If-Match", "\"other\"", "If-Unmodified-Since", modified)
        .isProblem(412, "file-changed");
    get(path, "If-None-Match", etag, "If-Unmodified-Since", modified).isStatus(304);
    get(path, "If-None-Match", "\"other\"", "If-Modified-Since", modified).isStatus(200);
    get(path, "If-Modified-Since", modified).isStatus(304);
  }

  @ParameterizedTest
  @CsvSource({
    "../../etc/passwd, passwd",
    "..\\..\\boot.ini, boot.ini",
    "'<img src=x onerror=alert(1)>.txt', _img src=x onerror=alert(1)_.txt",
    ".., download",
    "'a\u202etxt.exe', atxt.exe",
    "'a\r\nSet-Cookie: b', aSet-Cookie_ b",
    "x.qsde-part, x_qsde-part"
  })
  void aHostileNameIsMadeSafe(String wanted, String safe) {
    String id = add(Map.of("url", file().toString(), "filename", wanted));

    assertThat(awaitState(id, COMPLETED).fileName()).isEqualTo(safe);
    Answer file = get("/downloads/" + id + "/file").isStatus(200);
    assertThat(file.header("Set-Cookie")).isNull();
    assertThat(file.header("Content-Disposition")).startsWith("attachment; ");
  }

  @Test
  void aHostileNameOfTheServersIsMadeSafeToo() {
    URI uri = file();
    String disposition = "attachment; filename=\"../../.ssh/keys\"";
    origin.on("/file.bin").answer(reply -> reply.header("Content-Disposition", disposition));

    assertThat(awaitState(add(uri), COMPLETED).fileName()).isEqualTo("keys");
  }
}
