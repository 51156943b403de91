package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.TlsFailure;
import com.qustellar.qsde.DownloadException.TlsFailure.Problem;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.Source;
import com.qustellar.qsde.TlsSettings;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Certificates;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Whom the TLS settings trust, whom they are shown to, and what is said of others. */
class TlsTest extends TlsTestBase {

  @Test
  void theAuthoritiesOfTheSettingsAreTrusted() throws IOException {
    serve(Certificates.tls(Certificates.loopback(AUTHORITY)));
    DownloadResult result = get(request(trusting).withChecksum("sha256:" + BODY.sha256()));
    assertHolds(target(), BODY);
    assertThat(result.segments()).isGreaterThan(1);
  }

  @Test
  void equalSettingsShareConnections() {
    serve(Certificates.tls(Certificates.loopback(AUTHORITY)));
    origin.serve("/small", Body.of("small"));
    for (int i = 0; i < 5; i++) {
      get(
          request("/small")
              .withOverwrite(true)
              .withNetwork(NetworkSettings.defaults().withTls(trusting)));
    }
    assertThat(origin.acceptedConnections()).isEqualTo(1);
  }

  /** As many as Reactor has threads for what blocks: they leave none for anything else. */
  @Test
  void sourcesThatWaitForTlsDownloadsHoldNothingUp() {
    int count = Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE;
    serve(Certificates.tls(Certificates.loopback(AUTHORITY)));
    origin.serve("/small", Body.of("small"));
    use(
        builder()
            .limits(limits().withMaxConcurrentDownloads(2 * count))
            .network(NetworkSettings.defaults().withTls(trusting)));
    Phaser all = new Phaser(count);
    Flux<DownloadRequest> requests =
        Flux.range(0, count)
            .map(
                n ->
                    DownloadRequest.of(origin.uri("/named"), dir.resolve("file" + n))
                        .withSource(
                            () -> {
                              all.arriveAndAwaitAdvance();
                              get(DownloadRequest.of(origin.uri("/small"), dir.resolve("key" + n)));
                              return CompletableFuture.completedFuture(
                                  new Source(origin.uri("/small"), Map.of()));
                            }));
    List<DownloadOutcome> outcomes = engine.downloadAll(requests).collectList().block(LIMIT);
    assertThat(outcomes).hasSize(count).hasOnlyElementsOfType(DownloadOutcome.Completed.class);
  }

  /** They replace those of the JDK, which are trusted otherwise. */
  @Test
  void theJdkDoesNotTrustThem() {
    serve(Certificates.tls(Certificates.loopback(AUTHORITY)));
    TlsFailure failure = refused(TlsSettings.defaults());
    assertThat(failure.problem()).isEqualTo(Problem.UNKNOWN_AUTHORITY);
    assertThat(failure).hasMessageContaining("CN=Test Authority");
    assertThat(origin.requests()).isEmpty();
  }

  static Stream<Arguments> wrongCertificates() {
    Instant now = Instant.now();
    Duration day = Duration.ofDays(1);
    return Stream.of(
        Arguments.of(
            Problem.EXPIRED,
            Certificates.issued(
                AUTHORITY,
                builder ->
                    builder
                        .addSanIpAddress("127.0.0.1")
                        .notBefore(now.minus(day.multipliedBy(2)))
                        .notAfter(now.minus(day))),
            "its certificate has expired (valid until "),
        Arguments.of(
            Problem.NOT_YET_VALID,
            Certificates.issued(
                AUTHORITY,
                builder ->
                    builder
                        .addSanIpAddress("127.0.0.1")
                        .notBefore(now.plus(day))
                        .notAfter(now.plus(day.multipliedBy(2)))),
            "its certificate is not valid yet (valid from "),
        Arguments.of(
            Problem.WRONG_NAME,
            Certificates.issued(
                AUTHORITY,
                builder -> builder.addSanDnsName("other.example").addSanIpAddress("192.0.2.1")),
            "its certificate is for another name (it names other.example, 192.0.2.1)"),
        Arguments.of(
            Problem.WRONG_NAME,
            Certificates.issued(AUTHORITY, builder -> builder),
            "its certificate is for another name (it names no host)"),
        Arguments.of(
            Problem.SELF_SIGNED,
            Certificates.selfSigned(),
            "its certificate is signed by itself (CN=lonely)"),
        Arguments.of(
            Problem.UNKNOWN_AUTHORITY,
            Certificates.loopback(Certificates.authority("Somebody Else")),
            "from an authority that is not trusted (CN=Somebody Else)"));
  }

  @ParameterizedTest
  @MethodSource("wrongCertificates")
  void aMessageSaysWhatIsWrongWithACertificate(
      Problem problem, X509Bundle certificate, String words) {
    serve(Certificates.tls(certificate));
    TlsFailure failure = refused(trusting);
    assertThat(failure.problem()).isEqualTo(problem);
    assertThat(failure)
        .hasMessageStartingWith("no trusted TLS connection to 127.0.0.1: ")
        .hasMessageContaining(words);
    assertThat(origin.requests()).isEmpty();
    assertThat(origin.acceptedConnections()).as("attempts").isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("wrongCertificates")
  void anyCertificateWillDoIfNoneIsVerified(Problem problem, X509Bundle certificate)
      throws IOException {
    serve(Certificates.tls(certificate));
    get(request(TlsSettings.defaults().withVerification(false)));
    assertHolds(target(), BODY);
  }

  @Test
  void aServerWithoutACommonCipherIsCalledSo() {
    serve(
        Certificates.tls(
            Certificates.loopback(AUTHORITY),
            socket -> {
              socket.setEnabledProtocols(new String[] {"TLSv1.2"});
              // Its key is no RSA key.
              socket.setEnabledCipherSuites(new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
            }));
    assertThat(refused(trusting).problem()).isEqualTo(Problem.NO_COMMON_PROTOCOL);
  }

  /** Those of RFC 8446 §6.2 by their numbers. */
  static Stream<Arguments> alerts() {
    return Stream.of(
        Arguments.of(Problem.NO_COMMON_PROTOCOL, 40), // handshake_failure
        Arguments.of(Problem.CLIENT_CERTIFICATE, 49), // access_denied
        Arguments.of(Problem.NO_COMMON_PROTOCOL, 70), // protocol_version
        Arguments.of(Problem.NO_COMMON_PROTOCOL, 71), // insufficient_security
        Arguments.of(Problem.OTHER, 80), // internal_error
        Arguments.of(Problem.OTHER, 112)); // unrecognized_name
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void anAlertSaysWhy(Problem problem, int alert) {
    serve(Certificates.alert(alert));
    assertThat(refused(trusting).problem()).isEqualTo(problem);
  }

  @Test
  void aServerWithoutTlsIsToldFromOneThatIsNotTrusted() {
    serve(Certificates.greeting("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII)));
    TlsFailure failure = refused(trusting);
    assertThat(failure.problem()).isEqualTo(Problem.NOT_TLS);
    assertThat(failure).hasMessageContaining("does not speak TLS");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aClientCertificateIsShownToWhoAsksForOne(String version) throws IOException {
    X509Bundle clients = Certificates.authority("Clients");
    X509Bundle client = Certificates.issued(clients, builder -> builder);
    serve(Certificates.mutual(Certificates.loopback(AUTHORITY), clients, only(version)));
    get(request(trusting.withClientCertificate(chain(client), key(client))));
    assertHolds(target(), BODY);
  }

  @Test
  void aMissingClientCertificateIsCalledSo() {
    assertThat(withoutClientCertificate("TLSv1.3").problem()).isEqualTo(Problem.CLIENT_CERTIFICATE);
  }

  /** A server of TLS 1.2 may say no more than that the handshake failed (RFC 5246 §7.4.6). */
  @Test
  void aMissingClientCertificateIsNamedAmongTheReasonsAtLeast() {
    assertThat(withoutClientCertificate("TLSv1.2")).hasMessageContaining("client certificate");
  }

  private TlsFailure withoutClientCertificate(String version) {
    X509Bundle clients = Certificates.authority("Clients");
    serve(Certificates.mutual(Certificates.loopback(AUTHORITY), clients, only(version)));
    return refused(trusting);
  }

  @Test
  void aClientCertificateThatTheServerDoesNotTrustIsCalledSo() throws IOException {
    X509Bundle clients = Certificates.authority("Clients");
    X509Bundle client = Certificates.issued(Certificates.authority("Others"), builder -> builder);
    serve(Certificates.mutual(Certificates.loopback(AUTHORITY), clients, only("TLSv1.3")));
    TlsSettings tls = trusting.withClientCertificate(chain(client), key(client));
    assertThat(refused(tls).problem()).isEqualTo(Problem.CLIENT_CERTIFICATE);
  }

  private static Consumer<SSLSocket> only(String version) {
    return socket -> socket.setEnabledProtocols(new String[] {version});
  }

  private Path key(X509Bundle client) throws IOException {
    return Certificates.pem(pems.resolve("client.key"), client.getPrivateKeyPEM());
  }
}
