package com.qustellar.qsde.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.benchmarks.RangeServer.Pace;
import com.qustellar.qsde.examples.benchmarks.RangeServer.Slice;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangeServerTest {

  @TempDir private Path folder;
  private RangeServer server;

  @BeforeEach
  void start() throws IOException {
    server = RangeServer.start(Files.writeString(folder.resolve("file"), "0123456789"), Pace.NONE);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "none,        200, 0, 10",
        "bytes=0-0,   206, 0, 1",
        "bytes=2-4,   206, 2, 3",
        "bytes=2-,    206, 2, 8",
        "bytes=2-99,  206, 2, 8",
        "bytes=9-,    206, 9, 1",
        "bytes=-3,    206, 7, 3",
        "bytes=-99,   206, 0, 10",
        "bytes=10-,   416, 0, 0",
        "bytes=10-20, 416, 0, 0",
        "bytes=-0,    416, 0, 0",
        "bytes=4-2,   200, 0, 10",
        "bytes=-,     200, 0, 10",
        "'bytes=0-1,3-4', 200, 0, 10",
        "items=0-1,   200, 0, 10",
      })
  void aRangeNamesASliceOfTheFile(String range, int status, long first, long length) {
    assertThat(Slice.of(range, 10)).isEqualTo(new Slice(status, first, length));
  }

  @Test
  void theWholeFileIsServedWithAnETag() throws Exception {
    HttpResponse<String> response = get();

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("0123456789");
    assertThat(response.headers().firstValue("Accept-Ranges")).hasValue("bytes");
    assertThat(response.headers().firstValue("ETag")).isPresent();
  }

  @Test
  void aRangeIsServedWithItsPlace() throws Exception {
    HttpResponse<String> response = get("Range", "bytes=2-4");

    assertThat(response.statusCode()).isEqualTo(206);
    assertThat(response.body()).isEqualTo("234");
    assertThat(response.headers().firstValue("Content-Range")).hasValue("bytes 2-4/10");
  }

  @Test
  void aRangeBehindTheEndIsRefusedWithTheLength() throws Exception {
    HttpResponse<String> response = get("Range", "bytes=10-");

    assertThat(response.statusCode()).isEqualTo(416);
    assertThat(response.headers().firstValue("Content-Range")).hasValue("bytes */10");
  }

  @Test
  void aRangeOfAnotherVersionGetsTheWholeFile() throws Exception {
    String etag = get().headers().firstValue("ETag").orElseThrow();

    assertThat(get("Range", "bytes=0-1", "If-Range", etag).statusCode()).isEqualTo(206);
    assertThat(get("Range", "bytes=0-1", "If-Range", "\"other\"").statusCode()).isEqualTo(200);
  }

  @Test
  void aConnectionIsGivenNoMoreThanItsPace() throws Exception {
    Path large = Files.write(folder.resolve("large"), new byte[64 << 10]);
    try (RangeServer paced = RangeServer.start(large, new Pace(256 << 10, 0))) {
      assertThat(nanos(paced)).isGreaterThan(200_000_000L);
    }
  }

  @Test
  void oneConnectionOfADownloadIsAHundredTimesSlower() throws Exception {
    Path large = Files.write(folder.resolve("large"), new byte[64 << 10]);
    try (RangeServer paced = RangeServer.start(large, new Pace(6 << 20, 1))) {
      assertThat(nanos(paced)).isGreaterThan(800_000_000L);
    }
    try (RangeServer paced = RangeServer.start(large, new Pace(6 << 20, 2))) {
      assertThat(nanos(paced)).isLessThan(800_000_000L);
    }
  }

  private static long nanos(RangeServer server) throws IOException {
    long began = System.nanoTime();
    URI uri = URI.create("http://127.0.0.1:" + server.port() + "/large");
    try (InputStream in = uri.toURL().openStream()) {
      assertThat(in.readAllBytes()).hasSize(64 << 10);
    }
    return System.nanoTime() - began;
  }

  @Test
  void requestsFollowEachOtherOnOneConnectionEvenAtOnce() throws Exception {
    String request = "GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=%d-%d\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      String both = request.formatted(0, 1) + request.formatted(8, 9);
      socket.getOutputStream().write(both.getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      String answers = new String(in.readAllBytes(), StandardCharsets.US_ASCII);

      assertThat(answers).contains("bytes 0-1/10").contains("bytes 8-9/10").endsWith("\r\n\r\n89");
    }
  }

  private HttpResponse<String> get(String... fields) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + "/file");
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (fields.length > 0) {
      request.headers(fields);
    }
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
  }
}
