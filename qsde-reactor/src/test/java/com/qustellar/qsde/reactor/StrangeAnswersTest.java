package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.InvalidResponse;
import com.qustellar.qsde.DownloadException.SourceChanged;
import com.qustellar.qsde.DownloadException.Timeout;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that are coded, transformed, interim, contradictory, or no HTTP at all. */
class StrangeAnswersTest extends TracelessTestBase {

  private static final Body BODY = Body.random(1, 5 * SEGMENT);
  private static final String EARLY_HINTS =
      "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n";

  // ---- coded though identity was asked for

  private static UnaryOperator<Reply> coded(String coding) {
    return reply -> reply.header("Content-Encoding", coding);
  }

  @Test
  void underOneStrongEtagACodedFileComesInSegments() throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").answer(coded("gzip"));
    DownloadResult result = get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(result.segments()).isEqualTo(5);
    assertThat(result.notes()).containsExactly(Note.CONTENT_ENCODED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"weak", "date", "twice"})
  void elseACodedFileComesAsOneStream(String why) throws IOException {
    Resource resource =
        switch (why) {
          case "weak" -> Resource.of(BODY).withEtag("W/\"1\"");
          case "date" ->
              Resource.of(BODY)
                  .withoutValidators()
                  .withLastModified(Instant.parse("2020-01-01T00:00:00Z"));
          default -> Resource.of(BODY);
        };
    origin.serve("/file", resource);
    origin.on("/file").answer(coded(why.equals("twice") ? "gzip, br" : "gzip"));
    DownloadResult result = get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(ranges()).containsExactly("bytes=0-65535", "none");
    assertThat(result.notes()).containsExactly(Note.CONTENT_ENCODED, Note.SINGLE_STREAM);
  }

  @Test
  void aPartOfAnotherCodingIsOfAnotherVersion() {
    origin.serve("/file", BODY);
    origin.on("/file").answer(coded("gzip"));
    origin.on("/file").where(request -> asked(request).start() > 0).answer(coded("br"));
    failure(SourceChanged.class, request("/file"));
    assertDirectoryHolds();
  }

  /** The date of a file says nothing about what a coder makes of it. */
  @Test
  void aCodedStreamThatBreaksBeginsAgainWhereOnlyItsDateIsStrong() throws IOException {
    origin.serve(
        "/file",
        Resource.of(BODY)
            .withoutRanges()
            .withoutValidators()
            .withLastModified(Instant.parse("2020-01-01T00:00:00Z")));
    origin.on("/file").answer(coded("gzip"));
    origin.on("/file").request(1).answer(reply -> reply.closeAfter(100_000));
    get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(ranges().get(1)).isEqualTo("none");
  }

  // ---- transformed by a proxy

  @Test
  void whatAProxyTransformedIsOneStream() throws IOException {
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").answer(reply -> reply.withStatus(203));
    origin.on("/file").request(1).answer(reply -> reply.closeAfter(100_000));
    DownloadResult result = get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(result.notes()).containsExactly(Note.SINGLE_STREAM);
    assertThat(result.validator()).isNull();
    // The origin's parts would not fit to it.
    assertThat(ranges()).containsExactly("bytes=0-65535", "none");
  }

  @Test
  void aLaterRangeThatAProxyTransformedIsNotUsed() throws IOException {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .request(3)
        .answer(
            (request, reply) -> Resource.of(BODY).withoutRanges().reply(request).withStatus(203));
    DownloadResult result = get(request("/file").withConnections(1));
    assertHolds(target(), BODY);
    assertThat(result.notes()).containsExactly(Note.RESTARTED);
  }

  // ---- interim answers

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void interimAnswersAreSkipped(int hints) throws IOException {
    Body small = Body.of("hello");
    String early = EARLY_HINTS.repeat(hints - 1) + "HTTP/1.1 100 Continue\r\n\r\n" + EARLY_HINTS;
    origin
        .on("/file")
        .answer(
            Reply.raw(early + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"1\"\r\n\r\nhello"));
    DownloadResult result = get(request("/file"));
    assertHolds(target(), small);
    assertThat(result.validator()).isEqualTo("\"1\"");
  }

  @Test
  void interimAnswersComeBeforePartsToo() throws IOException {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .answer(
            (request, reply) -> {
              int from = (int) asked(request).start();
              String head =
                  EARLY_HINTS
                      + "HTTP/1.1 206 Partial Content\r\nContent-Length: 65536\r\n"
                      + "Content-Range: bytes %d-%d/327680\r\n\r\n".formatted(from, from + 65535);
              byte[] bytes = head.getBytes(StandardCharsets.US_ASCII);
              return Reply.raw(Body.of(bytes).then(BODY.slice(from, SEGMENT)));
            });
    get(request("/file").withConnections(2));
    assertHolds(target(), BODY);
  }

  @Test
  void nothingButInterimAnswersTimesOut() {
    origin.on("/file").answer(Reply.raw(EARLY_HINTS.repeat(1000)).inPiecesOf(64).pacedAt(1280));
    NetworkSettings impatient = NetworkSettings.defaults().withStallTimeout(Duration.ofMillis(500));
    DownloadRequest request =
        request("/file").withNetwork(impatient).withRetryPolicy(RetryPolicy.none());
    failure(Timeout.class, request);
    assertDirectoryHolds();
  }

  // ---- contradictions

  static Stream<Arguments> contradictions() {
    String parts = "multipart/byteranges; boundary=x";
    return Stream.of(
        answer("no Content-Range", reply -> reply.withoutHeader("Content-Range")),
        answer("another range", range("bytes 1-65535/327680")),
        answer("a range behind its total", range("bytes 0-65535/65535")),
        answer("a range that ends before it begins", range("bytes 65535-0/327680")),
        answer("another unit", range("items 0-65535/327680")),
        answer("another length than its range", range("bytes 0-65534/327680")),
        answer(
            "two ranges", reply -> reply.addHeader("Content-Range", "bytes 65536-131071/327680")),
        answer("several parts", reply -> reply.header("Content-Type", parts)),
        answer("two lengths", reply -> reply.addHeader("Content-Length", "65535")),
        answer("a list of lengths", reply -> reply.header("Content-Length", "65536, 65535")),
        answer("a negative length", reply -> reply.header("Content-Length", "-65536")),
        answer("no number", reply -> reply.header("Content-Length", "many")),
        answer("two framings", reply -> reply.header("Transfer-Encoding", "chunked")),
        answer("an unknown framing", reply -> reply.header("Transfer-Encoding", "gzip")),
        answer("nothing to be seen", reply -> reply.withStatus(204)),
        answer("another success", reply -> reply.withStatus(226)),
        answer("another protocol", reply -> Reply.status(101).header("Upgrade", "h2c")),
        answer("a redirect to nowhere", reply -> reply.withStatus(302)),
        answer("giant fields", reply -> reply.header("X-Giant", "x".repeat(70_000))),
        answer("an endless line", reply -> Reply.raw("HTTP/1.1 200 " + "x".repeat(70_000))),
        answer("garbage", reply -> Reply.raw("220 mail.example.org ESMTP\r\n\r\n")),
        answer("a status of letters", reply -> Reply.raw("HTTP/1.1 abc OK\r\n\r\n")));
  }

  private static Arguments answer(String what, UnaryOperator<Reply> change) {
    return Arguments.of(what, change);
  }

  private static UnaryOperator<Reply> range(String contentRange) {
    return reply -> reply.header("Content-Range", contentRange);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("contradictions")
  void nothingOfAContradictoryAnswerIsUsed(String what, UnaryOperator<Reply> change) {
    origin.serve("/file", BODY);
    origin.on("/file").answer(change);
    failure(InvalidResponse.class, request("/file"));
    assertThat(origin.requests()).hasSize(1);
    assertDirectoryHolds();
    origin.await(() -> origin.openConnections() == 0);
  }

  @Test
  void whatIsWrongWithAHeadIsSaid() {
    origin.serve("/giant", BODY);
    origin.on("/giant").answer(reply -> reply.header("X-Giant", "x".repeat(70_000)));
    origin.serve("/negative", BODY);
    origin.on("/negative").answer(reply -> reply.header("Content-Length", "-1"));

    assertThat(failure(InvalidResponse.class, request("/giant")))
        .hasMessageEndingWith("its head is too long");
    assertThat(failure(InvalidResponse.class, request("/negative")))
        .hasMessageEndingWith("its head breaks the rules of HTTP");
  }

  /** As a lost connection would be; what is no HTTP on a kept connection does not even count. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("contradictions")
  void afterGoodAnswersItIsAskedAgain(String what, UnaryOperator<Reply> change) throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").request(3).answer(change);
    DownloadResult result = get(request("/file").withConnections(1));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isLessThanOrEqualTo(1);
    assertThat(origin.requests()).hasSize(6);
  }

  @Test
  void aPartThatWasNotAskedForIsInvalid() {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .where(request -> request.header("Range").isPresent())
        .answer(Reply.status(416));
    origin
        .on("/file")
        .where(request -> request.header("Range").isEmpty())
        .answer(reply -> part(reply, BODY, 0, SEGMENT).withStatus(206));
    failure(InvalidResponse.class, request("/file"));
    assertThat(origin.requests()).hasSize(2);
    assertDirectoryHolds();
  }

  @Test
  void theUnitOfARangeHasNoCase() throws IOException {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .answer(
            (request, reply) ->
                reply.header(
                    "Content-Range",
                    "BYTES %d-%d/%d"
                        .formatted(
                            asked(request).start(),
                            asked(request).endExclusive() - 1,
                            BODY.length())));
    assertThat(get(request("/file")).segments()).isEqualTo(5);
    assertHolds(target(), BODY);
  }
}
