package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.TlsFailure;
import com.qustellar.qsde.DownloadException.TlsFailure.Problem;
import com.qustellar.qsde.TlsSettings;
import com.qustellar.qsde.reactor.testing.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.netty.http.client.HttpClient;

/** The files with certificates and keys that TLS settings name. */
class TlsFilesTest extends TlsTestBase {

  static Stream<Arguments> uselessFiles() {
    return Stream.of(
        Arguments.of("", "holds no PEM certificate"),
        Arguments.of("no certificate\n", "holds no PEM certificate"),
        Arguments.of(
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "holds a certificate that cannot be read"));
  }

  @ParameterizedTest
  @MethodSource("uselessFiles")
  void aFileWithoutCertificatesIsNamed(String content, String words) throws IOException {
    Path file = Certificates.pem(pems.resolve("useless.pem"), content);
    serve(Certificates.tls(Certificates.loopback(AUTHORITY)));
    TlsFailure failure = refused(TlsSettings.defaults().withTrustedCertificates(file));
    assertThat(failure.problem()).isEqualTo(Problem.SETTINGS);
    assertThat(failure).hasMessageContaining(file + " " + words);
    assertThat(origin.acceptedConnections()).isZero();
  }

  /** Whoever is given others again and again forgets what was not used for long. */
  @Test
  void onlySomeAreKept() throws IOException {
    IoPool io = new IoPool();
    TlsContexts contexts = new TlsContexts(io);
    Path first = pems.resolve("0.pem");
    Path last = pems.resolve(HttpClients.MOST + ".pem");
    for (int i = 0; i <= HttpClients.MOST; i++) {
      Path file = pems.resolve(i + ".pem");
      Certificates.pem(file, AUTHORITY.getRootCertificatePEM());
      assertThat(made(contexts, file)).isNull();
    }
    Files.delete(first);
    Files.delete(last);
    assertThat(made(contexts, last)).isNull();
    assertThat(made(contexts, first)).hasMessageContaining("does not exist");
    contexts.close();
    io.closeLater().block(LIMIT);
  }

  private static Throwable made(TlsContexts contexts, Path authorities) {
    TlsSettings settings = TlsSettings.defaults().withTrustedCertificates(authorities);
    return contexts
        .secure(HttpClient.create(), settings, false)
        .materialize()
        .block(LIMIT)
        .getThrowable();
  }

  /** What is put right is read the next time; what was good is not read again. */
  @Test
  void aMissingFileIsReadOnceItIsThere() throws IOException {
    Path file = pems.resolve("later.pem");
    serve(Certificates.tls(Certificates.loopback(AUTHORITY)));
    TlsSettings tls = TlsSettings.defaults().withTrustedCertificates(file);
    assertThat(refused(tls)).hasMessageContaining("later.pem does not exist");
    Certificates.pem(file, AUTHORITY.getRootCertificatePEM());
    get(request(tls));
    assertHolds(target(), BODY);
    Files.delete(file);
    get(request(tls).withOverwrite(true));
  }

  static Stream<Arguments> uselessKeys() {
    return Stream.of(
        Arguments.of("", "holds no PEM private key"),
        Arguments.of("-----BEGIN RSA PRIVATE KEY-----\n", "is not PKCS #8"),
        Arguments.of("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "holds an encrypted private key"),
        Arguments.of("-----BEGIN CERTIFICATE-----\n", "holds no private key, but CERTIFICATE"),
        Arguments.of(
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "holds a private key that cannot be read"));
  }

  @ParameterizedTest
  @MethodSource("uselessKeys")
  void aKeyThatCannotBeUsedIsCalledSo(String content, String words) throws IOException {
    Path file = Certificates.pem(pems.resolve("useless.key"), content);
    TlsSettings tls = trusting.withClientCertificate(chain(AUTHORITY), file);
    serve(Certificates.tls(Certificates.loopback(AUTHORITY)));
    TlsFailure failure = refused(tls);
    assertThat(failure.problem()).isEqualTo(Problem.SETTINGS);
    assertThat(failure).hasMessageContaining(words);
  }
}
