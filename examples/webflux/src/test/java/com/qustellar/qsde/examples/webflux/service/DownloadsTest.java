package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.DownloadState.CANCELLED;
import static com.qustellar.qsde.DownloadState.COMPLETED;
import static com.qustellar.qsde.DownloadState.FAILED;
import static com.qustellar.qsde.DownloadState.PAUSED;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** The life of a download over HTTP. */
class DownloadsTest extends TestService {

  private static final Body BODY = Body.random(1, 300_000);

  private URI file() {
    origin.serve("/file.bin", BODY);
    return origin.uri("/file.bin");
  }

  /** Takes a minute; what has come when somebody ends it can be resumed. */
  private URI slow() {
    origin.serve("/slow.bin", Body.random(2, 64L << 20));
    origin.on("/slow.bin").answer(reply -> reply.pacedAt(1 << 20));
    return origin.uri("/slow.bin");
  }

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

  @Test
  void theListHasPagesAndAFilterAndNoQuarrelAboutNames() {
    URI good = file();
    origin.on("/gone").answer(Reply.status(404));
    for (int i = 0; i < 3; i++) {
      assertThat(awaitState(add(good), COMPLETED).fileName()).isEqualTo("file.bin");
    }
    String failed = add(origin.uri("/gone"));
    awaitState(failed, FAILED);

    Answer second = get("/downloads?page=1&size=3").isStatus(200);
    assertThat(second.json().path("total").asInt()).isEqualTo(4);
    assertThat(second.json().path("items")).hasSize(1);
    Answer filtered = get("/downloads?state=FAILED&state=PAUSED").isStatus(200);
    assertThat(filtered.json().path("items")).hasSize(1);
    assertThat(filtered.json().path("items").path(0).path("id").asString()).isEqualTo(failed);
    get("/downloads?size=0").isProblem(400, "invalid-value");
  }

  private static String stateTold(Answer answer) {
    return answer.isStatus(200).json().path("state").asString();
  }

  @Test
  void aDownloadIsPausedAndGoesOnWhereItStopped() {
    String id = add(slow());
    await(() -> view(id).bytesReceived() > 0);

    assertThat(stateTold(act(id, "pause"))).isEqualTo("PAUSED");
    origin.await(() -> origin.openConnections() == 0);
    long kept = view(id).bytesReceived();
    assertThat(stateTold(act(id, "resume"))).isNotEqualTo("PAUSED");

    await(() -> view(id).bytesReceived() > kept);
    act(id, "retry").isProblem(409, "wrong-state");
    get("/downloads/" + id + "/file").isProblem(409, "wrong-state");
  }

  @Test
  void aFailureSaysWhyAndIsRetried() {
    URI uri = file();
    origin.on("/file.bin").request(1).answer(Reply.status(403));
    String id = add(uri);

    DownloadView failed = awaitState(id, FAILED);
    assertThat(failed.failure().type()).isEqualTo(Problems.TYPE + "http-status");
    assertThat(failed.failure().status()).isEqualTo(502);
    get("/downloads/" + id + "/file").isProblem(502, "http-status");

    act(id, "retry").isStatus(200);
    assertThat(awaitState(id, COMPLETED).failure()).isNull();
  }

  @Test
  void aServerThatBreaksOffIsNoNewsForTheLog() {
    URI uri = file();
    origin.on("/file.bin").request(1).answer(Reply.raw("").resetAfter(0));
    PrintStream console = System.out;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setOut(new PrintStream(log, true, UTF_8));
    try {
      awaitState(add(uri), COMPLETED);
    } finally {
      System.setOut(console);
    }
    assertThat(log.toString(UTF_8)).doesNotContain("HttpClientConnect");
  }

  @Test
  void aWrongDigestIsAProblemOfItsOwn() {
    String id = add(Map.of("url", file().toString(), "checksum", "md5:" + "0".repeat(32)));

    assertThat(awaitState(id, FAILED).failure().type())
        .isEqualTo(Problems.TYPE + "checksum-mismatch");
  }

  @Test
  void aCancelledDownloadLeavesNothingButItsEntry() {
    String id = add(slow());
    await(() -> view(id).bytesReceived() > 0);

    delete(id).isStatus(204);

    assertThat(view(id).state()).isEqualTo(CANCELLED);
    assertThat(bean(Folders.class).of(id)).doesNotExist();
    origin.await(() -> origin.openConnections() == 0);
    act(id, "pause").isProblem(409, "wrong-state");

    act(id, "retry").isStatus(200);
    await(() -> view(id).bytesReceived() > 0);
  }

  @Test
  void aFinishedOneIsTakenOffTheListWithItsFile() {
    String id = add(file());
    awaitState(id, COMPLETED);

    delete(id).isStatus(204);

    get("/downloads/" + id).isProblem(404, "download-not-found");
    delete(id).isProblem(404, "download-not-found");
    assertThat(bean(Folders.class).of(id)).doesNotExist();
  }

  @Test
  void aChangeGoesOnWhenWhoeverWantedItHangsUp() {
    String running = add(slow());
    String finished = add(file());
    awaitState(finished, COMPLETED);
    Downloads downloads = bean(Downloads.class);

    downloads.delete(running).subscribe().dispose();
    downloads.delete(finished).subscribe().dispose();

    awaitState(running, CANCELLED);
    await(() -> all().size() == 1);
    for (String id : List.of(running, finished)) {
      await(() -> Files.notExists(bean(Folders.class).of(id)));
    }
  }

  @Test
  void whatRunsIsNotStartedOnceMore() {
    String id = add(slow());
    Entry entry = bean(Downloads.class).find(id);
    Download handle = entry.handle();

    bean(DownloadRunner.class).submit(entry);

    assertThat(entry.handle()).isSameAs(handle);
    assertThat(engine.downloads()).hasSize(1);
  }

  @Test
  void whatWasPausedBeforeItsRetryHasBegunGoesOnWhenResumed() {
    String id = add(slow());
    await(() -> view(id).bytesReceived() > 0);
    delete(id).isStatus(204);
    Downloads downloads = bean(Downloads.class);

    Mono<DownloadView> retried = downloads.retry(id).cache();
    retried.subscribe(); // and before the database has it:
    assertThat(downloads.pause(id).block(PATIENCE).state()).isEqualTo(PAUSED);
    retried.block(PATIENCE);
    assertThat(view(id).state()).isEqualTo(PAUSED);

    act(id, "resume").isStatus(200);
    await(() -> view(id).bytesReceived() > 0);
  }

  @Test
  void withoutItsFolderADownloadFailsInWords() throws IOException {
    URI uri = file();
    origin.on("/file.bin").request(1).answer(Reply.status(403));
    String id = add(uri);
    awaitState(id, FAILED);
    Path folder = bean(Folders.class).of(id);
    Files.delete(folder);
    Files.createFile(folder);

    act(id, "retry").isStatus(200);

    assertThat(awaitState(id, FAILED).failure().type()).isEqualTo(Problems.TYPE + "no-folder");
    Files.delete(folder);
    act(id, "retry").isStatus(200);
    awaitState(id, COMPLETED);
  }

  @Test
  void headersGoToTheOrigin() {
    Map<String, String> headers = Map.of("Authorization", "Bearer abc");
    awaitState(add(Map.of("url", file().toString(), "headers", headers)), COMPLETED);

    assertThat(origin.requests().get(0).header("Authorization")).hasValue("Bearer abc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://h/x", "file:///etc/passwd", "no url", "http://", "//h/x"})
  void whatIsNoUrlIsRefused(String url) {
    post(Map.of("url", url)).isProblem(400, "invalid-request");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                            | url is required",
        "{\"url\":\"URL\",\"cheksum\":\"sha256:1\"}        | there is no member cheksum",
        "{\"url\":\"URL\",\"headers\":5}                 | headers has a value that it can't have",
        "{\"url\":\"URL\",\"headers\":{\"X\":null}}      | a header field has no value",
        "{\"url\":\"URL\",\"filename\":\"LONG\"}         | a file name has 1000 characters at most",
        "{\"url\":                                    | the body is not the JSON that is expected here",
        "[]                                            | the body is not the JSON that is expected here",
      })
  void whatIsWrongIsRefusedInClearWords(String body, String words) {
    String sent = body.replace("URL", file().toString()).replace("LONG", "a".repeat(1001));

    Answer refused = send(port, "POST", "/downloads", sent, AS_JSON);

    refused.isProblem(400, "invalid-value");
    assertThat(refused.json().path("detail").asString()).isEqualTo(words);
    assertThat(all()).isEmpty();
  }

  @Test
  void whatTheLibraryRefusesIsRefused() {
    String url = file().toString();
    post(Map.of("url", url, "checksum", "sha256:1")).isProblem(400, "invalid-request");
    post(Map.of("url", url, "headers", Map.of("Range", "bytes=0-1")))
        .isProblem(400, "invalid-request");
    assertThat(all()).isEmpty();
  }

  @Test
  void whatIsNotThereIsAProblemToo() throws IOException {
    Answer nowhere = get("/nowhere").isStatus(404);
    assertThat(nowhere.header("Content-Type")).isEqualTo("application/problem+json");
    Answer wrong = get("/downloads?state=NOPE");
    wrong.isProblem(400, "invalid-value");
    assertThat(wrong.json().path("detail").asString()).startsWith("NOPE ");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String request = "GET // HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
          .startsWith("HTTP/1.1 404 ");
    }
  }

  @Test
  void whoWouldNotTakeTheAnswerIsRefusedBeforeAnythingIsDone() {
    String body = "{\"url\":\"" + file() + "\"}";
    String[] asText = {"Content-Type", "application/json", "Accept", "text/plain"};

    send(port, "POST", "/downloads", body, asText).isStatus(406);

    assertThat(all()).isEmpty();
    assertThat(send(port, "DELETE", "/limits", null, asText).isStatus(406).json().path("title"))
        .hasToString("\"Not Acceptable\"");
  }

  @Test
  void anAcceptThatCanNotBeReadCountsForNothing() {
    get("/", "Accept", "x").isStatus(200);
    get("/limits", "Accept", "*/*;q=x").isStatus(200);
    get("/downloads/none", "Accept", "x").isProblem(404, "download-not-found");
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() {
    assertThat(post(Map.of("url", "http://h/" + "x".repeat(70_000))).isStatus(413).text())
        .contains("\"status\":413");
  }

  @Test
  void theListHoldsOnlySoMany() {
    Map<String, String> wanted = Map.of("url", slow().toString());
    engine.updateLimits(now -> now.withMaxConcurrentDownloads(1));
    for (int i = 0; i < 60; i++) {
      add(wanted);
    }
    post(wanted).isProblem(429, "too-many-downloads");
  }
}
