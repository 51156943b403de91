package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException.TlsFailure;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.TlsSettings;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Certificates;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An origin over TLS, and an authority that a test may trust. */
abstract class TlsTestBase extends EngineTestBase {

  static final Body BODY = Body.random(1, 5 * SEGMENT + 123);

  static final X509Bundle AUTHORITY = Certificates.authority("Test Authority");

  @TempDir Path pems;

  TlsSettings trusting;

  @BeforeEach
  void trust() throws IOException {
    trusting =
        TlsSettings.defaults()
            .withTrustedCertificates(
                Certificates.pem(pems.resolve("ca.pem"), AUTHORITY.getRootCertificatePEM()));
  }

  void serve(ScriptedOrigin.Layer tls) {
    origin.close();
    origin = ScriptedOrigin.start(tls);
    origin.serve("/file", BODY);
  }

  DownloadRequest request(TlsSettings tls) {
    return request("/file").withNetwork(NetworkSettings.defaults().withTls(tls));
  }

  TlsFailure refused(TlsSettings tls) {
    return failure(TlsFailure.class, request(tls));
  }

  Path chain(X509Bundle client) throws IOException {
    return Certificates.pem(pems.resolve("client.pem"), client.getCertificatePathPEM());
  }
}
