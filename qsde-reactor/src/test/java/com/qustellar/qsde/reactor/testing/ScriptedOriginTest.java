package com.qustellar.qsde.reactor.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ScriptedOriginTest extends OriginTestBase {

  @Test
  void keepsTheConnectionAndRecordsWhatCame() throws IOException {
    client.get("/file", "Range: bytes=0-9", "X-Test: a", "x-test: b");
    client.body(10);
    client.get("/elsewhere?a=b");
    client.body("not found".length());
    client.send("HEAD", "/file", "Connection: close");

    assertThat(client.head()).startsWith("HTTP/1.1 405 Scripted");
    assertThat(client.rest()).isEmpty();
    assertThat(origin.acceptedConnections()).isEqualTo(1);
    assertThat(origin.requests())
        .extracting(RecordedRequest::method, RecordedRequest::target, RecordedRequest::connection)
        .containsExactly(
            tuple("GET", "/file", 1), tuple("GET", "/elsewhere?a=b", 1), tuple("HEAD", "/file", 1));
    RecordedRequest first = origin.requests("/file").get(0);
    assertThat(first.header("x-TEST")).contains("a");
    assertThat(first.headers()).hasSize(4);
    assertThat(first.bodyBytesSent()).isEqualTo(10);
  }

  @Test
  void scriptsChooseByNumberConditionAndPathAndSeeTheAnswerBeforeThem() throws IOException {
    origin
        .on("/file")
        .where(request -> request.header("Range").isPresent())
        .request(2)
        .answer(Reply.status(503).header("Retry-After", "1"));
    origin.on("/file").requestsFrom(4).answer(reply -> reply.withStatus(reply.status() + 1));
    origin.on("/file").requests(5, 6).answer(Reply.redirect(302, "/there"));
    origin.onEvery((request, reply) -> reply.sending(Body.of("")).header("Content-Length", "0"));

    assertThat(client.get("/file")).startsWith("HTTP/1.1 200 Scripted");
    assertThat(client.get("/file", "Range: bytes=0-9")).startsWith("HTTP/1.1 206 Scripted");
    assertThat(client.get("/file", "Range: bytes=0-9"))
        .startsWith("HTTP/1.1 503 Scripted")
        .contains("Retry-After: 1");
    assertThat(client.get("/file", "Range: bytes=0-9")).startsWith("HTTP/1.1 207 Scripted");
    assertThat(client.get("/file"))
        .startsWith("HTTP/1.1 302 Scripted")
        .contains("Location: /there");
    assertThat(client.get("/other")).startsWith("HTTP/1.1 404 Scripted");
  }

  @Test
  void aFileCanChangeOrLoseItsRangesInBetween() throws IOException {
    Body other = Body.random(2, 500);
    origin.on("/file").request(2).serve(Resource.of(other).withEtag("\"v2\""));
    origin.on("/file").request(3).serve(Resource.of(other).withoutRanges().withoutValidators());

    client.get("/file", "Range: bytes=0-9");
    assertThat(client.body(10)).isEqualTo(BODY.slice(0, 10).bytes());
    assertThat(client.get("/file", "Range: bytes=0-9"))
        .contains("ETag: \"v2\"", "Content-Range: bytes 0-9/500");
    assertThat(client.body(10)).isEqualTo(other.slice(0, 10).bytes());
    assertThat(client.get("/file", "Range: bytes=0-9"))
        .startsWith("HTTP/1.1 200 Scripted")
        .noneMatch(header -> header.matches("(ETag|Last-Modified|Accept-Ranges):.*"));
  }

  @Test
  void headersCanLie() throws IOException {
    origin
        .on("/file")
        .answer(
            reply ->
                reply
                    .header("Content-Range", "bytes 5-9/1000")
                    .addHeader("Content-Length", "7")
                    .withoutHeader("etag"));

    assertThat(client.get("/file", "Range: bytes=0-9"))
        .contains("Content-Range: bytes 5-9/1000", "Content-Length: 10", "Content-Length: 7")
        .noneMatch(header -> header.startsWith("ETag"));
  }

  @Test
  void sendsChunks() throws IOException {
    origin.serve("/text", Body.of("0123456789"));
    origin.on("/text").answer(reply -> reply.chunked().inPiecesOf(4));

    assertThat(client.get("/text", "Connection: close"))
        .contains("Transfer-Encoding: chunked")
        .noneMatch(header -> header.startsWith("Content-Length"));
    assertThat(new String(client.rest(), StandardCharsets.US_ASCII))
        .isEqualTo("4\r\n0123\r\n4\r\n4567\r\n2\r\n89\r\n0\r\n\r\n");
  }

  @Test
  void sendsABodyThatEndsWithTheConnection() throws IOException {
    origin.on("/file").answer(Reply::closeDelimited);

    assertThat(client.get("/file"))
        .contains("Connection: close")
        .noneMatch(header -> header.startsWith("Content-Length"));
    assertThat(client.rest()).isEqualTo(BODY.bytes());
  }

  @Test
  void sendsMoreThanItSaid() throws IOException {
    origin.on("/file").answer(reply -> reply.sendingMore(5).closing());

    assertThat(client.get("/file", "Range: bytes=0-9")).contains("Content-Length: 10");
    assertThat(client.rest()).hasSize(15).startsWith(BODY.slice(0, 10).bytes());
  }

  @Test
  void sendsBytesVerbatimOrNone() throws IOException {
    origin.on("/file").request(1).answer(Reply.raw("ICY 200 OK\r\n\r\n"));
    origin.on("/file").request(2).answer(Reply.nothing());

    client.send("GET", "/file");
    assertThat(client.rest()).asString(StandardCharsets.US_ASCII).isEqualTo("ICY 200 OK\r\n\r\n");
    try (RawClient second = new RawClient(origin)) {
      second.send("GET", "/file");
      assertThat(second.rest()).isEmpty();
    }
  }

  @Test
  void closesInMidBody() throws IOException {
    origin.on("/file").answer(reply -> reply.closeAfter(10));

    assertThat(client.get("/file")).contains("Content-Length: 1000");
    assertThat(client.rest()).isEqualTo(BODY.slice(0, 10).bytes());
    assertThat(origin.requests().get(0).bodyBytesSent()).isEqualTo(10);
  }

  @Test
  void resetsInMidBody() throws IOException {
    origin.on("/file").request(1).resetAfter(10);
    client.get("/file");

    assertThatThrownBy(client::rest)
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
    assertThat(origin.requests().get(0).bodyBytesSent()).isEqualTo(10);
  }

  @Test
  void saysNothingUntilReleased() throws IOException {
    CountDownLatch latch = new CountDownLatch(1);
    origin.on("/file").answer(reply -> reply.delayedUntil(latch));
    client.send("GET", "/file", "Range: bytes=0-9");
    origin.await(() -> origin.requests().size() == 1);
    assertThat(origin.requests().get(0).bodyBytesSent()).isZero();

    latch.countDown();

    assertThat(client.head()).startsWith("HTTP/1.1 206 Scripted");
    assertThat(client.body(10)).hasSize(10);
    assertThat(client.get("/file")).startsWith("HTTP/1.1 200 Scripted");
  }

  @Test
  void stallsInMidBodyUntilReleased() throws IOException {
    CountDownLatch latch = new CountDownLatch(1);
    origin.on("/file").answer(reply -> reply.inPiecesOf(64).stallAfter(100, latch));
    client.get("/file");
    assertThat(client.body(100)).hasSize(100);
    origin.await(() -> origin.requests().get(0).bodyBytesSent() == 100);

    latch.countDown();

    assertThat(client.body(900)).isEqualTo(BODY.slice(100, 900).bytes());
  }

  @Test
  void seesAClientLeaveThatIsKeptWaiting() throws IOException {
    origin.on("/file").answer(reply -> reply.stallAfter(1, new CountDownLatch(1)));
    client.get("/file");
    assertThat(origin.openConnections()).isEqualTo(1);

    client.close();

    origin.await(() -> origin.openConnections() == 0);
    assertThat(origin.peakConnections()).isEqualTo(1);
  }

  @Test
  void pacesTheBody() throws IOException {
    origin.on("/file").answer(reply -> reply.pacedAt(5000));
    long began = System.nanoTime();
    client.get("/file");
    client.body(1000);

    // The last piece leaves when those before it are due: 750 of 1000 bytes at least.
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(150));
  }

  @Test
  void dribblesByteByByte() throws IOException {
    origin.on("/file").answer(reply -> reply.inPiecesOf(1));
    client.get("/file");

    assertThat(client.body(1000)).isEqualTo(BODY.bytes());
  }

  @Test
  void servesATebibyteWithoutHoldingIt() throws IOException {
    Body large = Body.random(9, 1L << 40);
    origin.serve("/large", large);
    long far = (1L << 40) - 100;

    assertThat(client.get("/large", "Range: bytes=" + far + "-"))
        .contains("Content-Range: bytes %d-%d/%d".formatted(far, far + 99, far + 100));
    assertThat(client.body(100)).isEqualTo(large.slice(far, 100).bytes());
  }

  @Test
  void closingItEndsWhatHangsAndComesBackOnTheSamePort() throws IOException {
    origin.on("/file").answer(reply -> reply.stallAfter(1, new CountDownLatch(1)));
    client.get("/file");
    int port = origin.port();

    origin.close();

    assertThat(client.rest()).hasSizeLessThanOrEqualTo(1);
    assertThatThrownBy(() -> new RawClient(origin)).isInstanceOf(ConnectException.class);
    try (ScriptedOrigin again = ScriptedOrigin.start(port);
        RawClient late = new RawClient(again)) {
      assertThat(late.get("/file")).startsWith("HTTP/1.1 404 Scripted");
    }
  }

  @Test
  void aBrokenScriptOrClientFailsTheTestAtTheEnd() throws IOException {
    ScriptedOrigin other = ScriptedOrigin.start();
    other
        .on("/a")
        .answer(
            (request, reply) -> {
              throw new IllegalStateException("oops");
            });
    for (String request : List.of("GET /a HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n")) {
      try (RawClient broken = new RawClient(other)) {
        broken.write(request);
        assertThat(broken.rest()).isEmpty();
      }
    }

    assertThatThrownBy(other::close)
        .isInstanceOf(AssertionError.class)
        .hasRootCauseMessage("oops")
        .satisfies(error -> assertThat(error.getSuppressed()).hasSize(1));
  }
}
