package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.HttpProtocol;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.TlsSettings;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Certificates;
import com.qustellar.qsde.reactor.testing.Http2Origin;
import com.qustellar.qsde.reactor.testing.Http2Origin.Turn;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;

/** Downloads over HTTP/2: many requests on one connection, and the ways in which those end. */
class Http2Test extends EngineTestBase {

  private static final Body BODY = Body.random(1, 5 * SEGMENT + 123);

  private static final X509Bundle AUTHORITY = Certificates.authority("Test Authority");

  @TempDir Path pems;

  private Http2Origin http2;

  @BeforeEach
  void serve() throws IOException {
    serve(100);
    use(builder());
  }

  private void serve(long maxStreams) {
    stopHttp2();
    http2 = Http2Origin.start(Certificates.loopback(AUTHORITY), maxStreams);
    http2.serve("/file", Resource.of(BODY));
  }

  @AfterEach
  void stopHttp2() {
    if (http2 != null) {
      http2.close();
    }
  }

  @Override
  void use(DownloadEngine.Builder settings) {
    super.use(settings.network(network(HttpProtocol.HTTP_2)));
  }

  private NetworkSettings network(HttpProtocol protocol) {
    Path ca = pems.resolve("ca.pem");
    try {
      Certificates.pem(ca, AUTHORITY.getRootCertificatePEM());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return NetworkSettings.defaults()
        .withProtocol(protocol)
        .withTls(TlsSettings.defaults().withTrustedCertificates(ca));
  }

  private DownloadRequest file() {
    return DownloadRequest.of(http2.uri("/file"), target()).withChecksum("sha256:" + BODY.sha256());
  }

  @Test
  void segmentsShareAConnection() throws IOException {
    DownloadResult result = get(file());
    assertHolds(target(), BODY);
    assertThat(result.segments()).isEqualTo(5);
    assertThat(result.retries()).isZero();
    assertThat(http2.connections()).isEqualTo(1);
  }

  /** RFC 9113 §8.2.2, §8.3.1. */
  @Test
  void requestsHaveTheFieldsOfHttp2() {
    get(file());
    RecordedRequest request = http2.requests().get(0);
    assertThat(request.header(":authority")).hasValue(http2.uri("/").getAuthority());
    assertThat(request.header(":scheme")).hasValue("https");
    assertThat(request.header("accept-encoding")).hasValue("identity");
    assertThat(request.headers())
        .extracting(field -> field.getKey())
        .doesNotContain("host", "connection", "transfer-encoding", "keep-alive");
  }

  /** The others wait for the connection that was begun for it. */
  @Test
  void oneThatIsCancelledTakesNoConnectionFromOthers() throws IOException {
    for (int round = 0; round < 20; round++) {
      List<Download> all =
          IntStream.range(0, 6)
              .mapToObj(i -> DownloadRequest.of(http2.uri("/file"), dir.resolve("f" + i)))
              .map(request -> engine.submit(request.withResume(false).withOverwrite(true)))
              .toList();
      for (int i = 0; i < 6; i += 2) {
        all.get(i).dispose();
      }
      for (int i = 1; i < 6; i += 2) {
        assertThat(all.get(i).result().block(LIMIT).retries()).isZero();
        assertHolds(dir.resolve("f" + i), BODY);
      }
      use(builder());
    }
  }

  @Test
  void manyDownloadsShareAConnection() {
    serveSmall(40);
    engine.limits(Limits.defaults().withMaxConcurrentDownloads(40).withConnectionsPerHost(40));
    assertThat(downloadSmall(40)).isEqualTo(40);
    assertThat(http2.connections()).isEqualTo(1);
    assertThat(http2.requests()).hasSize(40);
  }

  /** RFC 9113 §5.1.2; who has more requests makes another connection. */
  @Test
  void noConnectionHasMoreStreamsThanItsServerAllows() {
    serve(3);
    serveSmall(300);
    engine.limits(Limits.defaults().withMaxConcurrentDownloads(16).withConnectionsPerHost(16));
    assertThat(downloadSmall(300)).isEqualTo(300);
    assertThat(http2.peakStreams()).isLessThanOrEqualTo(3);
    assertThat(http2.requests()).hasSize(300);
  }

  private void serveSmall(int count) {
    for (int i = 0; i < count; i++) {
      http2.serve("/" + i, Resource.of(Body.random(i, 1000)));
    }
  }

  private long downloadSmall(int count) {
    return engine
        .downloadAll(
            Flux.fromStream(
                IntStream.range(0, count)
                    .mapToObj(i -> DownloadRequest.of(http2.uri("/" + i), dir.resolve("f" + i)))))
        .filter(DownloadOutcome.Completed.class::isInstance)
        .count()
        .block(LIMIT);
  }

  /** Settings change those of streams only: RFC 9113 §6.9.2. */
  @Test
  void theWindowOfTheConnectionHoldsThoseOfManyStreams() {
    get(file());
    assertThat(http2.connectionWindow()).isEqualTo(32 << 20);
  }

  /** More than the window of a stream holds. */
  @Test
  void aWindowIsOpenedAgainAsBytesAreWritten() throws IOException {
    Body large = Body.random(7, 9 << 20);
    http2.serve("/large", Resource.of(large).withoutRanges());
    get(DownloadRequest.of(http2.uri("/large"), target()));
    assertHolds(target(), large);
  }

  @Test
  void aRateIsKeptToOnStreamsAsWell() throws IOException {
    engine.limits(limits().withBytesPerSecond(1 << 20));
    get(file());
    assertHolds(target(), BODY);
  }

  @Test
  void anInterimAnswerIsNotTheAnswer() throws IOException {
    http2.script(number -> Turn.HINT);
    get(file());
    assertHolds(target(), BODY);
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUSE", "GO_AWAY"})
  void whatAServerHasNotLookedAtIsSentAgainUncounted(Turn turn) throws IOException {
    http2.script(number -> number == 1 || number == 4 ? turn : Turn.ANSWER);
    DownloadResult result = get(file());
    assertHolds(target(), BODY);
    assertThat(result.retries()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"BREAK", "CLOSE"})
  void aBrokenStreamGoesOnWhereItBroke(Turn turn) throws IOException {
    http2.script(number -> number == 2 ? turn : Turn.ANSWER);
    DownloadResult result = get(file());
    assertHolds(target(), BODY);
    assertThat(result.retries()).isGreaterThan(0);
  }

  @Test
  void aServerThatRefusesEveryStreamIsGivenUp() {
    http2.script(number -> Turn.REFUSE);
    failure(DownloadException.ConnectionLost.class, file().withRetryPolicy(RetryPolicy.none()));
  }

  private void assertTheNextHasTheConnectionOfTheOneThatWasCancelled() throws IOException {
    await(() -> http2.cancelled() == 1);
    get(file());
    assertHolds(target(), BODY);
    assertThat(http2.connections()).isEqualTo(1);
  }

  /** Cancelling resets the streams; the connection serves the next download. */
  @Test
  void aCancelLeavesTheConnection() throws IOException {
    http2.script(number -> number <= 1 ? Turn.IGNORE : Turn.ANSWER);
    Download download = engine.submit(file());
    await(() -> http2.requests().size() == 1);
    download.dispose();
    download.closed().block(LIMIT);
    assertTheNextHasTheConnectionOfTheOneThatWasCancelled();
  }

  @Test
  void aCancelInABodyLeavesTheConnection() throws IOException {
    Body large = Body.random(7, 64 << 20);
    http2.serve("/large", Resource.of(large).withoutRanges());
    engine.limits(limits().withBytesPerSecond(64 << 10));
    Download download = engine.submit(DownloadRequest.of(http2.uri("/large"), target()));
    await(() -> download.latest().bytesReceived() > 0);
    download.discard();
    download.closed().block(LIMIT);
    assertTheNextHasTheConnectionOfTheOneThatWasCancelled();
  }

  @Test
  void aServerWithoutHttp2IsSpokenToInHttp1() throws IOException {
    origin.close();
    origin = ScriptedOrigin.start(Certificates.tls(Certificates.loopback(AUTHORITY)));
    origin.serve("/file", BODY);
    get(request("/file").withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
    get(request("/file").withOverwrite(true));
    assertThat(origin.requests()).hasSize(10);
  }

  @Test
  void withoutTlsItIsHttp1() throws IOException {
    origin.serve("/file", BODY);
    get(request("/file"));
    assertHolds(target(), BODY);
  }

  @Test
  void otherProtocolsDoNotOfferIt() throws IOException {
    origin.close();
    origin = ScriptedOrigin.start(Certificates.tls(Certificates.loopback(AUTHORITY)));
    origin.serve("/file", BODY);
    for (HttpProtocol protocol : List.of(HttpProtocol.AUTO, HttpProtocol.HTTP_1_1)) {
      get(request("/file").withOverwrite(true).withNetwork(network(protocol)));
      assertHolds(target(), BODY);
    }
  }
}
