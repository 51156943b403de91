package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.ConnectFailed;
import com.qustellar.qsde.DownloadException.ConnectionLost;
import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadException.InvalidResponse;
import com.qustellar.qsde.DownloadException.Timeout;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is tried again, where it goes on, and when it is given up. */
class RetryTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 4 * SEGMENT);

  private static Predicate<RecordedRequest> startsAt(long offset) {
    return request -> asked(request).start() == offset;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4_095, 30_000, 65_535, 65_536})
  void aBrokenSegmentGoesOnAtTheByteWhereItBroke(long at) throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").where(startsAt(SEGMENT)).request(1).answer(reply -> reply.closeAfter(at));
    DownloadResult result = get(request("/file").withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
    assertSent(BODY.length());
    boolean broke = at < SEGMENT;
    assertThat(result.retries()).isEqualTo(broke ? 1 : 0);
    assertThat(origin.requests()).hasSize(broke ? 5 : 4);
    if (broke) {
      assertThat(ranges()).contains("bytes=" + (SEGMENT + at) + "-131071");
    }
  }

  @Test
  void theFirstSegmentIsNoException() throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").request(1).answer(reply -> reply.closeAfter(10_000));
    get(request("/file").withConnections(1));
    assertHolds(target(), BODY);
    assertThat(ranges().get(1)).isEqualTo("bytes=10000-65535");
    assertThat(origin.requests().get(1).header("If-Range")).isPresent();
    assertSent(BODY.length());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void anyBreaksAnywhereGiveTheSameFile(long seed) throws IOException {
    Random random = new Random(seed);
    Body body = Body.random(seed, 400_000 + random.nextInt(200_000));
    origin.serve("/file", body);
    origin.onEvery(
        (request, reply) -> {
          long at = random.nextInt(2 * SEGMENT);
          return switch (random.nextInt(6)) {
            case 0 -> reply.closeAfter(at);
            case 1 -> reply.resetAfter(at);
            case 2 -> Reply.status(503).body(Body.of("busy"));
            case 3 -> Reply.nothing();
            case 4 -> reply.inPiecesOf(1 + (int) at / 16);
            default -> reply;
          };
        });
    RetryPolicy patient = QUICK.withMaxAttempts(1000);
    DownloadRequest request = request("/file").withRetryPolicy(patient).withConnections(3);
    get(request.withChecksum("sha256:" + body.sha256()));
    assertHolds(target(), body);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
  void aStatusThatMayPassIsTriedFiveTimes(int status) {
    origin.on("/file").answer(Reply.status(status).body(Body.of("busy")));
    HttpStatus failure = failure(HttpStatus.class, request("/file"));
    assertThat(failure.status()).isEqualTo(status);
    assertThat(origin.requests()).hasSize(5);
    assertDirectoryHolds();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 410, 501})
  void aStatusThatStaysFailsAtOnce(int status) {
    origin.on("/file").answer(Reply.status(status).body(Body.of("no")));
    HttpStatus failure = failure(HttpStatus.class, request("/file"));
    assertThat(failure.status()).isEqualTo(status);
    assertThat(origin.requests()).hasSize(1);
    assertDirectoryHolds();
  }

  @Test
  void aRequestMayBringItsOwnPolicy() {
    origin.on("/file").answer(Reply.status(503));
    failure(HttpStatus.class, request("/file").withRetryPolicy(RetryPolicy.none()));
    assertThat(origin.requests()).hasSize(1);
    failure(HttpStatus.class, request("/file").withRetryPolicy(QUICK.withMaxAttempts(3)));
    assertThat(origin.requests()).hasSize(4);
  }

  @Test
  void aServerThatAsksForTimeGetsIt() throws IOException {
    VirtualTime time = new VirtualTime();
    use(builder().scheduler(time));
    origin.serve("/file", BODY);
    origin.on("/file").request(1).answer(Reply.status(503).header("Retry-After", "30"));
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().state() == DownloadState.WAITING);
    time.advanceTimeBy(Duration.ofMillis(29_999));
    assertThat(origin.requests()).hasSize(1);
    assertThat(download.latest().lastError()).contains("503");
    // The wait may have begun a moment after it was told.
    await(
        () -> {
          time.advanceTimeBy(Duration.ofSeconds(1));
          return origin.requests().size() > 1;
        });
    download.result().block(LIMIT);
    assertHolds(target(), BODY);
  }

  @Test
  void aServerThatAsksForTooMuchTimeGetsNone() {
    origin.on("/file").answer(Reply.status(429).header("Retry-After", "3600"));
    HttpStatus failure = failure(HttpStatus.class, request("/file"));
    assertThat(failure.retryAfter()).isNotNull();
    assertThat(failure.retryIn()).isGreaterThan(Duration.ofMinutes(59));
    assertThat(origin.requests()).hasSize(1);
  }

  @Test
  void attemptsWithoutProgressAreBounded() {
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.closeAfter(100));
    ConnectionLost failure =
        failure(
            ConnectionLost.class,
            request("/file")
                .withResume(false)
                .withConnections(1)
                .withRetryPolicy(QUICK.withMaxAttempts(4)));
    assertThat(failure.retryable()).isTrue();
    assertThat(ranges())
        .containsExactly("bytes=0-65535", "bytes=100-65535", "bytes=200-65535", "bytes=300-65535");
    assertDirectoryHolds();
  }

  @Test
  void progressMakesAttemptsCountAnew() throws IOException {
    Body body = Body.random(2, 1 << 20);
    engine.limits(limits().withSegmentSize(1 << 20));
    origin.serve("/file", body);
    origin.on("/file").answer(reply -> reply.closeAfter(70_000));
    RetryPolicy policy = QUICK.withMaxAttempts(2).withBackoff(Duration.ZERO, Duration.ZERO);
    DownloadResult result = get(request("/file").withRetryPolicy(policy));
    assertHolds(target(), body);
    assertThat(result.retries()).isEqualTo(14);
    assertSent(body.length());
  }

  @Test
  void aConnectionThatFallsSilentIsGivenUpAndItsSegmentGoesOn() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .where(startsAt(SEGMENT))
        .request(1)
        .answer(reply -> reply.stallAfter(20_000, never));
    engine.network(NetworkSettings.defaults().withStallTimeout(Duration.ofSeconds(1)));
    // Of several another would take over what it holds.
    DownloadResult result = get(request("/file").withConnections(1));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isEqualTo(1);
    assertThat(ranges()).contains("bytes=" + (SEGMENT + 20_000) + "-131071");
    assertSent(BODY.length());
  }

  @Test
  void silenceFailsWithItsPhase() {
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").request(1).answer(reply -> reply.delayedUntil(never));
    origin.on("/file").request(2).answer(reply -> reply.stallAfter(0, never));
    DownloadRequest request =
        request("/file")
            .withConnections(1)
            .withResume(false)
            .withRetryPolicy(RetryPolicy.none())
            .withNetwork(NetworkSettings.defaults().withStallTimeout(Duration.ofSeconds(1)));
    assertThat(failure(Timeout.class, request).phase()).isEqualTo(Timeout.Phase.RESPONSE);
    assertThat(failure(Timeout.class, request).phase()).isEqualTo(Timeout.Phase.STALL);
    assertDirectoryHolds();
  }

  /** The keep-alive connection was closed by the server meanwhile: no failure of the server's. */
  @Test
  void aStaleConnectionCountsAsNoAttempt() throws IOException {
    origin.serve("/one", Body.of("one"));
    origin.serve("/file", BODY);
    origin.on("/file").request(1).answer(Reply.nothing());
    get(DownloadRequest.of(origin.uri("/one"), dir.resolve("one")));
    DownloadResult result = get(request("/file").withRetryPolicy(RetryPolicy.none()));
    assertHolds(target(), BODY);
    assertThat(result.retries()).isZero();
  }

  /** Two that are dropped, and one that the decoder keeps for the rest of its line. */
  @ParameterizedTest
  @ValueSource(
      strings = {"garbage\r\n\r\n", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "gar"})
  void whatComesBehindAnAnswerIsNotTakenForTheNext(String surplus) throws IOException {
    Body one = Body.of("one");
    origin.serve("/one", one);
    origin.on("/one").answer(reply -> reply.sending(one.then(Body.of(surplus))));
    origin.serve("/file", BODY);
    get(DownloadRequest.of(origin.uri("/one"), dir.resolve("one")));
    DownloadResult result = get(request("/file").withRetryPolicy(RetryPolicy.none()));
    assertHolds(dir.resolve("one"), one);
    assertHolds(target(), BODY);
    assertThat(result.retries()).isZero();
  }

  @Test
  void anOriginThatComesBackIsFoundAgain() throws IOException {
    origin.serve("/file", BODY);
    origin.close();
    RetryPolicy policy =
        QUICK
            .withBackoff(Duration.ofMillis(5), Duration.ofMillis(5))
            .withMaxAttempts(ConnectFailed.class, 2000);
    Download download = engine.submit(request("/file").withRetryPolicy(policy));
    await(() -> download.latest().retries() >= 3);
    assertThat(download.latest().lastError()).startsWith("could not connect");
    origin = ScriptedOrigin.start(origin.port());
    origin.serve("/file", BODY);
    download.result().block(LIMIT);
    assertHolds(target(), BODY);
  }

  @Test
  void aFirstConnectThatIsRefusedIsTriedFiveTimes() {
    origin.close();
    Download download = engine.submit(request("/file"));
    assertThat(download.result().materialize().block(LIMIT).getThrowable())
        .isInstanceOf(ConnectFailed.class);
    assertThat(download.latest().retries()).isEqualTo(4);
  }

  @Test
  void aSegmentThatIsGivenUpEndsItsSiblings() {
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").where(startsAt(SEGMENT)).answer(Reply.status(404));
    origin.on("/file").where(startsAt(2 * SEGMENT)).answer(reply -> reply.stallAfter(1000, never));
    assertThat(failure(HttpStatus.class, request("/file").withResume(false)).status())
        .isEqualTo(404);
    // All but the one that stalled may have ended well, and wait to be used again.
    origin.await(() -> origin.openConnections() <= 3);
    assertDirectoryHolds();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bytes 0-65535/262144", "bytes 65536-131071/*/", "bytes 65536-131072/262144", ""})
  void aPartThatIsNotTheOneAskedForIsNeverWritten(String contentRange) {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .where(startsAt(SEGMENT))
        .answer(reply -> reply.header("Content-Range", contentRange));
    RetryPolicy policy = QUICK.withMaxAttempts(3);
    failure(InvalidResponse.class, request("/file").withResume(false).withRetryPolicy(policy));
    // Good answers came before: as for a lost connection, the segment is asked for again.
    assertThat(origin.requests().stream().filter(startsAt(SEGMENT))).hasSize(3);
    assertDirectoryHolds();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello"
      })
  void whatIsNotHttpIsNeverWritten(String everything) {
    origin.on("/file").answer(Reply.raw(everything));
    failure(InvalidResponse.class, request("/file"));
    assertDirectoryHolds();
  }
}
