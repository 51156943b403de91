package com.qustellar.qsde.examples.webflux.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URLEncoder;
import org.junit.jupiter.api.Test;

class RelayTest extends TestService {

  private static final long MIB = 1 << 20;

  private String path(String target) {
    return "/relay?url=" + URLEncoder.encode(origin.uri(target).toString(), UTF_8);
  }

  /** Asks for the path and reads nothing yet. */
  private Socket open(String path) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(64 << 10);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket
        .getOutputStream()
        .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(UTF_8));
    return socket;
  }

  private long sent() {
    return origin.requests().stream().mapToLong(RecordedRequest::bodyBytesSent).sum();
  }

  @Test
  void aBodyIsPassedOnWithWhatIsKnownOfIt() {
    Body body = Body.random(4, 3_000_000);
    origin.serve("/a%20file.txt", body);
    origin
        .on("/a%20file.txt")
        .answer(reply -> reply.header("Content-Type", "text/html").header("Set-Cookie", "a=b"));

    Answer answer = get(path("/a%20file.txt")).isStatus(200);

    assertThat(answer.bytes()).isEqualTo(body.bytes());
    assertThat(answer.header("Content-Length")).isEqualTo("3000000");
    assertThat(answer.header("Content-Type")).isEqualTo("text/html");
    assertThat(answer.header("ETag")).isNotNull();
    assertThat(answer.header("Content-Disposition"))
        .startsWith("attachment; filename=\"a file.txt\"");
    assertThat(answer.header("Content-Security-Policy")).startsWith("sandbox");
    assertThat(answer.header("Set-Cookie")).isNull();
  }

  @Test
  void twoAddressesAreRefused() {
    get("/relay?url=http://h/a&url=http://h/b").isProblem(400, "invalid-value");
  }

  @Test
  void headAsksForNoBody() {
    origin.serve("/large", Body.random(5, 256 * MIB));

    Answer answer = send(port, "HEAD", path("/large"), null).isStatus(200);

    assertThat(answer.header("Content-Length")).isEqualTo(Long.toString(256 * MIB));
    origin.await(() -> origin.openConnections() == 0 || sent() < 64 * MIB);
    await(() -> engine.downloads().isEmpty());
  }

  @Test
  void whatFailsBeforeTheFirstByteIsAProblem() {
    origin.on("/gone").answer(Reply.status(404));
    origin.serve("/large", Body.random(5, 2048 * MIB));

    Answer gone = get(path("/gone"));
    gone.isProblem(502, "http-status");
    assertThat(gone.json().path("upstreamStatus").asInt()).isEqualTo(404);
    get(path("/large")).isProblem(413, "too-large");
    get("/relay?url=ftp://h/").isProblem(400, "invalid-request");
    get("/relay").isStatus(400);
  }

  @Test
  void whatFailsAfterwardsBreaksTheConnectionAndNoMore() throws Exception {
    origin.serve("/slow", Body.random(7, 64 * MIB));
    origin.on("/slow").answer(reply -> reply.pacedAt(MIB));
    PrintStream console = System.out;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setOut(new PrintStream(log, true, UTF_8));
    try (Socket socket = open(path("/slow"))) {
      InputStream in = socket.getInputStream();
      in.readNBytes(1000);
      engine.cancelAll();
      assertThat(in.readAllBytes().length).isLessThan((int) (64 * MIB));
    } finally {
      System.setOut(console);
    }
    assertThat(log.toString(UTF_8)).doesNotContain("UnsupportedOperationException");
  }

  @Test
  void aSlowReaderSlowsTheOrigin() throws Exception {
    engine.updateLimits(now -> now.withMemoryBudget(8 * MIB));
    origin.serve("/large", Body.random(6, 512 * MIB));
    try (Socket socket = open(path("/large"))) {
      InputStream in = socket.getInputStream();
      in.readNBytes((int) MIB);
      long settled = awaitStill();
      // The window of the stream, and what the sockets' buffers on both sides hold.
      assertThat(settled).isLessThan(64 * MIB);

      in.readNBytes((int) (32 * MIB));
      origin.await(() -> sent() > settled);
      assertThat(awaitStill() - settled).isLessThan(48 * MIB);
    }
  }

  /** Waits until the origin can send nothing more. */
  private long awaitStill() {
    long[] last = {-1};
    int[] times = {0};
    await(
        () -> {
          long now = sent();
          times[0] = now == last[0] && now > 0 ? times[0] + 1 : 0;
          last[0] = now;
          return times[0] > 30;
        });
    return last[0];
  }

  @Test
  void aClientThatHangsUpStopsTheOriginWithinASecond() throws Exception {
    // In one stream, so that the origin is in the middle of an answer.
    origin.serve("/large", Resource.of(Body.random(7, 512 * MIB)).withoutRanges());
    long second = 1_000_000_000L;
    long fastest = Long.MAX_VALUE; // of three: a machine may have much else to do
    for (int i = 0; i < 3 && fastest >= second; i++) {
      try (Socket socket = open(path("/large"))) {
        socket.getInputStream().readNBytes((int) MIB);
        awaitStill();
      }
      long hungUp = System.nanoTime();
      origin.await(() -> origin.openConnections() == 0);
      fastest = Math.min(fastest, System.nanoTime() - hungUp);
    }
    assertThat(fastest).isLessThan(second);
  }
}
