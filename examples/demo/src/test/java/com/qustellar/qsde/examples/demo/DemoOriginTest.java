package com.qustellar.qsde.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class DemoOriginTest {

  private static final DemoFile FILE = DemoFile.of("file", 100_001);

  private final HttpClient client = HttpClient.newHttpClient();
  private final DemoOrigin origin = new DemoOrigin();

  @AfterEach
  void stop() {
    origin.close();
  }

  @Test
  void theWholeFileHasTheDigestThatItsMakerTells() throws Exception {
    HttpResponse<byte[]> answer = get(origin.serve(FILE));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).hasSize(100_001);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(answer.body());
    assertThat(Checksum.of(HashAlgorithm.SHA256, digest)).isEqualTo(FILE.sha256());
  }

  @Test
  void filesDifferAndDoNotRepeatThemselves() {
    byte[] bytes = bytes(FILE);

    assertThat(bytes(DemoFile.of("other", 100_001))).isNotEqualTo(bytes);
    assertThat(Arrays.copyOfRange(bytes, 8, 100_001))
        .isNotEqualTo(Arrays.copyOf(bytes, 100_001 - 8));
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 0, 0",
    "bytes=1-7, 1, 7",
    "bytes=13-70000, 13, 70000",
    "bytes=99999-, 99999, 100000",
    "bytes=5-200000, 5, 100000"
  })
  void aRangeIsThatPartOfTheFile(String range, int first, int last) throws Exception {
    HttpResponse<byte[]> answer = get(origin.serve(FILE), "Range", range);

    assertThat(answer.statusCode()).isEqualTo(206);
    assertThat(answer.headers().firstValue("Content-Range"))
        .hasValue("bytes " + first + "-" + last + "/100001");
    assertThat(answer.headers().firstValue("ETag")).isPresent();
    assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(bytes(FILE), first, last + 1));
  }

  @ParameterizedTest
  @CsvSource({"bytes=100001-, 416", "bytes=x-, 200", "'bytes=0-1,3-4', 200"})
  void otherRangesAreRefusedOrIgnored(String range, int status) throws Exception {
    assertThat(get(origin.serve(FILE), "Range", range).statusCode()).isEqualTo(status);
  }

  @Test
  void aRangeOfAnotherVersionIsTheWholeFile() throws Exception {
    URI uri = origin.serve(FILE);
    String etag = get(uri).headers().firstValue("ETag").orElseThrow();

    assertThat(get(uri, "Range", "bytes=0-0", "If-Range", etag).statusCode()).isEqualTo(206);
    assertThat(get(uri, "Range", "bytes=0-0", "If-Range", "\"x\"").statusCode()).isEqualTo(200);
  }

  @Test
  void aServerMayKnowNoRanges() throws Exception {
    HttpResponse<byte[]> answer = get(origin.serve(FILE.withoutRanges()), "Range", "bytes=0-0");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(bytes(FILE));
  }

  @Test
  void whatIsNotServedIsNotFound() throws Exception {
    assertThat(get(origin.uri("nothing")).statusCode()).isEqualTo(404);
  }

  @Test
  void theFirstConnectionToGetThereIsBrokenAndTheNextIsNot() throws Exception {
    DemoFile file = FILE.brokenAt(40_000);
    URI uri = origin.serve(file);

    assertThat(untilItBreaks(uri)).isEqualTo(Arrays.copyOf(bytes(FILE), 40_000));
    assertThat(origin.wasContinuedWhereItBroke(file)).isFalse();
    assertThat(get(uri, "Range", "bytes=39999-").statusCode()).isEqualTo(206);
    assertThat(origin.wasContinuedWhereItBroke(file)).isFalse();
    assertThat(get(uri, "Range", "bytes=40000-").body())
        .isEqualTo(Arrays.copyOfRange(bytes(FILE), 40_000, 100_001));
    assertThat(origin.wasContinuedWhereItBroke(file)).isTrue();
  }

  @Test
  void aPacedConnectionTakesItsTime() throws Exception {
    URI uri = origin.serve(FILE.paced(200_000));
    long start = System.nanoTime();

    get(uri);

    assertThat(System.nanoTime() - start).isGreaterThan(450_000_000L);
  }

  private HttpResponse<byte[]> get(URI uri, String... headers) throws Exception {
    return client.send(request(uri, headers), BodyHandlers.ofByteArray());
  }

  /** The JDK's client forgets what has come as soon as it hears that a connection has broken. */
  private static byte[] untilItBreaks(URI uri) throws IOException {
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      String request = "GET " + uri.getPath() + " HTTP/1.1\r\nHost: " + uri.getHost() + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readAllBytes();
      int head = new String(answer, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n");
      return Arrays.copyOfRange(answer, head + 4, answer.length);
    }
  }

  private static HttpRequest request(URI uri, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    return (headers.length == 0 ? request : request.headers(headers)).build();
  }

  private static byte[] bytes(DemoFile file) {
    byte[] bytes = new byte[(int) file.size()];
    file.fill(bytes, bytes.length, 0);
    return bytes;
  }
}
