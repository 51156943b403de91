package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.AddressFamily;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadException.ProxyFailure;
import com.qustellar.qsde.DownloadException.ProxyFailure.Fault;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.ProxySettings;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads through an HTTP proxy. */
class ProxyTest extends EngineTestBase {

  private static final Body BODY = Body.random(3, 6 * SEGMENT);

  private ScriptedProxy proxy;

  @BeforeEach
  void startProxy() {
    proxy = ScriptedProxy.start();
    origin.serve("/file", BODY);
  }

  @AfterEach
  void stopProxy() {
    engine.close();
    proxy.close();
  }

  /** A name that nobody can resolve but the proxy. */
  private DownloadRequest unresolvable() {
    return DownloadRequest.of("http://files.invalid:" + origin.port() + "/file", target());
  }

  private void useProxy(String uri) {
    engine.network(NetworkSettings.defaults().withProxy(uri));
  }

  @Test
  void httpServersAreAskedThroughItInAbsoluteForm() throws IOException {
    useProxy(proxy.uri());

    get(unresolvable());

    assertHolds(target(), BODY);
    String host = "files.invalid:" + origin.port();
    assertThat(proxy.requests())
        .hasSizeGreaterThan(1)
        .allSatisfy(
            request -> {
              assertThat(request.method()).isEqualTo("GET");
              assertThat(request.target()).isEqualTo("http://" + host + "/file");
              assertThat(request.header("Host")).contains(host);
              assertThat(request.header("Proxy-Authorization")).isEmpty();
            });
  }

  @Test
  void itsConnectionsAreKeptForWhateverServer() {
    useProxy(proxy.uri());

    get(unresolvable().withConnections(1));
    get(
        DownloadRequest.of(origin.uri("/file"), dir.resolve("other"))
            .withConnections(1)
            .withOverwrite(true));

    assertThat(proxy.requests()).hasSizeGreaterThan(6);
    assertThat(proxy.acceptedConnections()).isEqualTo(1);
  }

  @Test
  void credentialsGoToItAndNowhereElse() {
    proxy.wants("me@home:p:ä+%");
    useProxy("http://me%40home:p:%C3%A4+%25@127.0.0.1:" + proxy.port());

    get(unresolvable());

    assertThat(proxy.requests())
        .allSatisfy(r -> assertThat(r.header("Proxy-Authorization")).isPresent());
    assertThat(origin.requests())
        .isNotEmpty()
        .flatExtracting(RecordedRequest::headers)
        .noneSatisfy(field -> assertThat(field.getKey()).startsWithIgnoringCase("Proxy-"));
  }

  @Test
  void aRequestThatGoesAroundItCarriesNoCredentials() {
    NetworkSettings direct =
        NetworkSettings.defaults()
            .withProxy(
                ProxySettings.parse("http://name:SECRET@127.0.0.1:" + proxy.port())
                    .withNoProxy("127.0.0.0/8"));

    get(request("/file").withNetwork(direct));

    assertThat(proxy.acceptedConnections()).isZero();
    assertThat(origin.requests())
        .flatExtracting(RecordedRequest::headers)
        .noneSatisfy(field -> assertThat(field.getKey()).startsWithIgnoringCase("Proxy-"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "name:SECRET@", "name@"})
  void wrongCredentialsAreTriedOnce(String given) {
    proxy.wants("name:other");
    useProxy("http://" + given + "127.0.0.1:" + proxy.port());

    ProxyFailure failure = failure(ProxyFailure.class, unresolvable());

    assertThat(failure.fault()).isEqualTo(Fault.CREDENTIALS);
    assertThat(failure.status()).hasValue(407);
    assertThat(failure)
        .hasMessage(
            "the proxy 127.0.0.1:"
                + proxy.port()
                + " on the way to files.invalid wants credentials (status 407): give them as"
                + " user:password@ in front of its host");
    assertThat(proxy.requests()).hasSize(1);
    assertNoSecret(failure);
  }

  @Test
  void itsOwnErrorsAreLikeTheServers() {
    useProxy(proxy.uri());
    proxy.answers(2, "502 Bad Gateway");

    assertThat(get(unresolvable()).retries()).isEqualTo(2);

    proxy.answers(1, "403 Forbidden");
    HttpStatus failure = failure(HttpStatus.class, unresolvable().withOverwrite(true));
    assertThat(failure.status()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "407 Proxy Authentication Required, 407, CREDENTIALS, 1",
    "403 Forbidden, 403, REFUSED, 1",
    "405 \u001b[31m, 405, REFUSED, 1",
    "502 Bad Gateway, 502, LEADS_NOWHERE, 5",
    "503 Busy, 503, LEADS_NOWHERE, 5",
    "504 Gateway Timeout, 504, LEADS_NOWHERE, 5",
  })
  void aTunnelThatIsRefusedTellsWhy(String answer, int status, Fault fault, int attempts) {
    useProxy("http://name:SECRET@127.0.0.1:" + proxy.port());
    proxy.answers(100, answer);

    ProxyFailure failure =
        failure(ProxyFailure.class, DownloadRequest.of("https://files.invalid/x", target()));

    assertThat(failure.status()).hasValue(status);
    assertThat(failure.fault()).isEqualTo(fault);
    assertThat(failure)
        .hasMessageStartingWith("the proxy 127.0.0.1:" + proxy.port() + " ")
        .hasMessageContaining("(status " + status + ")");
    assertThat(proxy.requests()).hasSize(attempts);
    RecordedRequest connect = proxy.requests().get(0);
    assertThat(connect.method()).isEqualTo("CONNECT");
    assertThat(connect.target()).isEqualTo("files.invalid:443");
    assertThat(connect.header("Proxy-Authorization")).isPresent();
    assertNoSecret(failure);
  }

  @Test
  void whereItIsNotThereThatIsNotTheServersFault() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    useProxy("http://name:SECRET@127.0.0.1:" + free);

    for (String scheme : new String[] {"http", "https"}) {
      ProxyFailure failure =
          failure(ProxyFailure.class, DownloadRequest.of(scheme + "://files.invalid/x", target()));

      assertThat(failure.fault()).isEqualTo(Fault.UNREACHABLE);
      assertThat(failure)
          .hasMessageStartingWith("the proxy 127.0.0.1:" + free + " on the way to files.invalid ")
          .hasMessageContaining("Connection refused");
      assertNoSecret(failure);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void itsOwnNameIsResolvedHere(String scheme) {
    NetworkSettings named =
        NetworkSettings.defaults()
            .withProxy("http://proxy.invalid:" + proxy.port())
            .withAddresses("proxy.invalid", proxy.port(), List.of(ip("127.0.0.1")));
    DownloadRequest request = DownloadRequest.of(scheme + "://files.invalid/x", target());
    proxy.answers(1, "403 Forbidden");

    failure(DownloadException.class, request.withNetwork(named));
    assertThat(proxy.requests()).hasSize(1);

    ProxyFailure failure =
        failure(
            ProxyFailure.class, request.withNetwork(named.withAddressFamily(AddressFamily.IPV6)));
    assertThat(failure.fault()).isEqualTo(Fault.UNREACHABLE);
    assertThat(failure).hasMessageContaining("proxy.invalid has no address of the family IPV6");
    assertThat(proxy.requests()).hasSize(1);
  }

  @Test
  void whereItSaysNothingTheConnectTimeoutCounts() {
    CountDownLatch latch = new CountDownLatch(1);
    proxy.saysNothingUntil(latch);
    engine.network(
        NetworkSettings.defaults()
            .withProxy(proxy.uri())
            .withConnectTimeout(Duration.ofMillis(100)));

    ProxyFailure failure =
        failure(ProxyFailure.class, DownloadRequest.of("https://files.invalid/x", target()));

    assertThat(failure.fault()).isEqualTo(Fault.UNREACHABLE);
    assertThat(failure).hasMessageContaining("it did not answer in time");
    latch.countDown();
  }

  @Test
  void whereItHangsUpThatIsTold() {
    CountDownLatch latch = new CountDownLatch(0);
    proxy.saysNothingUntil(latch);
    useProxy(proxy.uri());

    ProxyFailure failure =
        failure(ProxyFailure.class, DownloadRequest.of("https://files.invalid/x", target()));

    assertThat(failure.fault()).isEqualTo(Fault.UNREACHABLE);
    assertThat(failure).hasMessageContaining("it closed the connection");
  }

  @Test
  void newSettingsCountFromTheNextRequestOn() {
    get(request("/file"));
    int direct = origin.requests().size();
    useProxy(proxy.uri());
    get(request("/file").withOverwrite(true));
    int proxied = proxy.requests().size();
    engine.updateNetwork(now -> now.withProxy(ProxySettings.none()));
    get(request("/file").withOverwrite(true));

    assertThat(direct).isPositive();
    assertThat(proxied).isPositive();
    assertThat(proxy.requests()).hasSize(proxied);
    assertThat(origin.requests()).hasSizeGreaterThan(direct + proxied);
  }

  @Test
  void aRequestMayHaveItsOwn() {
    get(unresolvable().withNetwork(NetworkSettings.defaults().withProxy(proxy.uri())));

    assertThat(proxy.requests()).isNotEmpty();
  }

  @Test
  void aRedirectGoesTheWayOfItsTarget() throws IOException {
    origin.on("/away").answer(Reply.redirect(302, origin.uri("/file").toString()));
    engine.network(
        NetworkSettings.defaults()
            .withProxy(ProxySettings.parse(proxy.uri()).withNoProxy("127.0.0.1")));

    get(DownloadRequest.of("http://files.invalid:" + origin.port() + "/away", target()));

    assertThat(proxy.requests()).allSatisfy(r -> assertThat(r.path()).endsWith("/away"));
    assertHolds(target(), BODY);
  }

  private static void assertNoSecret(DownloadException failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      assertThat(at.toString()).doesNotContain("SECRET").doesNotContain("U0VDUkVU");
    }
  }
}
