package com.qustellar.qsde.examples.webflux.service;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What can't be carried out is refused in clear words, and before anything is done. */
class RefusedRequestsTest extends DownloadsTestBase {

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
        "{\"url\":\"URL\",\"url\":\"http://h/\"}         | \"url\" stands there twice",
        "{\"url\":\"URL\",\"headers\":{\"X\":\"a\",\"X\":\"b\"}} | \"X\" stands there twice",
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
    assertThat(answerTo("GET //")).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void anAddressThatIsNoUriIsAProblemAsWell() throws IOException {
    for (String path : List.of("/downloads/%zz", "/%", "/downloads?state=%")) {
      String answer = answerTo("GET " + path);
      assertThat(answer)
          .startsWith("HTTP/1.1 400 ")
          .containsIgnoringCase("content-type: application/problem+json");
      JsonNode problem = JSON.readTree(answer.substring(answer.indexOf("\r\n\r\n")));
      assertThat(problem.path("type").asString()).isEqualTo(Problems.TYPE + "invalid-value");
      assertThat(problem.path("status").asInt()).isEqualTo(400);
    }
    assertThat(answerTo("HEAD /%zz")).startsWith("HTTP/1.1 400 ").endsWith("\r\n\r\n");
  }

  /** Sends what no client of Java's would. */
  private String answerTo(String methodAndPath) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String request = methodAndPath + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
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
