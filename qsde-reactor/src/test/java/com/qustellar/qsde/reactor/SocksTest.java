package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.AddressFamily;
import com.qustellar.qsde.DownloadException.InvalidRequest;
import com.qustellar.qsde.DownloadException.NameNotResolved;
import com.qustellar.qsde.DownloadException.ProxyFailure;
import com.qustellar.qsde.DownloadException.ProxyFailure.Fault;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.ScriptedSocks;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads through a SOCKS proxy. */
class SocksTest extends EngineTestBase {

  private static final Body BODY = Body.random(5, 6 * SEGMENT);

  private ScriptedSocks socks;

  @BeforeEach
  void startProxy() {
    socks = ScriptedSocks.start();
    origin.serve("/file", BODY);
  }

  @AfterEach
  void stopProxy() {
    engine.close();
    socks.close();
  }

  private DownloadRequest unresolvable() {
    return DownloadRequest.of("http://files.invalid:" + origin.port() + "/file", target());
  }

  private NetworkSettings settings(String scheme, String credentials) {
    return NetworkSettings.defaults()
        .withProxy(scheme + "://" + credentials + "127.0.0.1:" + socks.port());
  }

  @Test
  void itResolvesNamesWhereItIsAskedTo() throws IOException {
    engine.network(settings("socks5h", ""));

    get(unresolvable());

    assertHolds(target(), BODY);
    assertThat(socks.requests()).isNotEmpty().containsOnly("name:files.invalid:" + origin.port());
    assertThat(origin.requests())
        .allSatisfy(r -> assertThat(r.header("Host")).contains("files.invalid:" + origin.port()));
  }

  @Test
  void namesAreResolvedHereOtherwise() throws IOException {
    engine.network(
        settings("socks5", "")
            .withAddresses("files.invalid", origin.port(), List.of(ip("127.9.8.7"))));

    get(unresolvable());

    assertHolds(target(), BODY);
    assertThat(socks.requests()).isNotEmpty().containsOnly("address:127.9.8.7:" + origin.port());
  }

  @Test
  void aNameThatIsUnknownHereIsNotTheProxysFault() {
    engine.network(
        settings("socks5", "")
            .withAddressFamily(AddressFamily.IPV4)
            .withAddresses("files.invalid", origin.port(), List.of(ip("::1"))));

    failure(NameNotResolved.class, unresolvable());

    assertThat(socks.requests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks5", "socks5h"})
  void addressesStayWhatTheyAre(String scheme) {
    engine.network(settings(scheme, ""));

    get(request("/file"));

    assertThat(socks.requests()).isNotEmpty().containsOnly("address:127.0.0.1:" + origin.port());
  }

  @Test
  void credentialsGoToItAndNowhereElse() {
    socks.wants("me@home:p:w");
    engine.network(settings("socks5h", "me%40home:p:w@"));

    get(unresolvable());

    assertThat(origin.requests())
        .isNotEmpty()
        .flatExtracting(RecordedRequest::headers)
        .noneSatisfy(field -> assertThat(field.getKey()).startsWithIgnoringCase("Proxy-"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "name:SECRET@", "name@"})
  void wrongCredentialsAreTriedOnce(String given) {
    socks.wants("name:other");
    engine.network(settings("socks5h", given));

    ProxyFailure failure = failure(ProxyFailure.class, unresolvable());

    assertThat(failure.fault()).isEqualTo(Fault.CREDENTIALS);
    assertThat(failure).hasMessageContaining("they were refused");
    assertThat(failure.status()).isEmpty();
    assertThat(socks.acceptedConnections()).isEqualTo(1);
    for (Throwable at = failure; at != null; at = at.getCause()) {
      assertThat(at.toString()).doesNotContain("SECRET");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ä:SECRET@", "name:SECRETä@", ":SECRET@", "LONG:SECRET@", "name:LONG@"})
  void credentialsThatItCannotBeToldAreRefused(String given) {
    engine.network(settings("socks5", given.replace("LONG", "x".repeat(256))));

    InvalidRequest failure = failure(InvalidRequest.class, unresolvable());

    assertThat(failure.reason()).contains("SOCKS").contains("1 to 255");
    assertThat(failure).hasMessageNotContaining("SECRET");
    assertThat(socks.acceptedConnections()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "1, LEADS_NOWHERE, FAILURE, 5",
    "2, REFUSED, FORBIDDEN, 1",
    "3, LEADS_NOWHERE, NETWORK_UNREACHABLE, 5",
    "4, LEADS_NOWHERE, HOST_UNREACHABLE, 5",
    "5, LEADS_NOWHERE, CONNECTION_REFUSED, 5",
    "7, REFUSED, COMMAND_UNSUPPORTED, 1",
  })
  void aConnectionThatIsRefusedTellsWhy(int reply, Fault fault, String why, int attempts) {
    socks.answers(reply);
    engine.network(settings("socks5h", ""));

    ProxyFailure failure = failure(ProxyFailure.class, unresolvable());

    assertThat(failure.fault()).isEqualTo(fault);
    assertThat(failure).hasMessageContaining("(" + why + ")");
    assertThat(socks.requests()).hasSize(attempts);
  }
}
