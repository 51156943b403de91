package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadException.ProxyFailure;
import com.qustellar.qsde.DownloadException.ProxyFailure.Fault;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Program;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads through a proxy that others have written. */
class TinyproxyTest extends EngineTestBase {

  private static final Body BODY = Body.random(9, 20 * SEGMENT);

  @TempDir Path config;

  private Program tinyproxy;
  private int port;

  @BeforeEach
  void startProxy() throws IOException, InterruptedException {
    Path program = Program.find("tinyproxy").orElse(null);
    assumeTrue(program != null, "tinyproxy is not installed");
    port = Program.freePort();
    // Tunnels to port 443 only, as it comes.
    Path file =
        Files.writeString(
            config.resolve("conf"),
            """
            Listen 127.0.0.1
            Port %d
            Timeout 30
            MaxClients 50
            Allow 127.0.0.1
            BasicAuth name secret
            ConnectPort 443
            """
                .formatted(port));
    tinyproxy =
        Program.start(port, config.resolve("log"), program.toString(), "-d", "-c", file.toString());
    origin.serve("/file", BODY);
  }

  @AfterEach
  void stopProxy() {
    engine.close();
    if (tinyproxy != null) {
      tinyproxy.close();
    }
  }

  private void useProxy(String credentials) {
    engine.network(
        NetworkSettings.defaults().withProxy("http://" + credentials + "127.0.0.1:" + port));
  }

  @Test
  void itPassesDownloadsOnWithoutItsCredentials() throws IOException {
    useProxy("name:secret@");

    get(request("/file"));

    assertHolds(target(), BODY);
    assertThat(origin.requests())
        .hasSizeGreaterThan(1)
        .allSatisfy(request -> assertThat(request.header("Via")).isPresent())
        .flatExtracting(RecordedRequest::headers)
        .noneSatisfy(field -> assertThat(field.getKey()).startsWithIgnoringCase("Proxy-A"));
  }

  @Test
  void itWantsItsCredentials() {
    useProxy("");
    ProxyFailure failure = failure(ProxyFailure.class, request("/file"));
    assertThat(failure.fault()).isEqualTo(Fault.CREDENTIALS);

    // It calls wrong ones what only a server should (RFC 9110 §15.5.2).
    useProxy("name:wrong@");
    assertThat(failure(HttpStatus.class, request("/file")).status()).isEqualTo(401);
    assertThat(origin.acceptedConnections()).isZero();
  }

  @Test
  void itRefusesTunnelsToOtherPorts() {
    useProxy("name:secret@");

    ProxyFailure failure =
        failure(
            ProxyFailure.class,
            DownloadRequest.of("https://127.0.0.1:" + origin.port() + "/file", target()));

    assertThat(failure.fault()).isEqualTo(Fault.REFUSED);
    assertThat(failure.status()).hasValue(403);
    assertThat(origin.acceptedConnections()).isZero();
  }
}
