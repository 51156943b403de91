package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.DownloadException.AddressRefused;
import com.qustellar.qsde.DownloadException.NameNotResolved;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.ScriptedDns;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Names that are looked up at a server of the test's, on their way to an address. */
class NameServersTest extends EngineTestBase {

  private static final Body BODY = Body.random(7, 1000);

  private ScriptedDns dns;

  @BeforeEach
  void serve() {
    dns = ScriptedDns.start();
    origin.serve("/file", BODY);
    use(
        builder()
            .nameServers(List.of(dns.address()))
            .network(
                NetworkSettings.defaults()
                    .withAddressPolicy(address -> !address.getHostAddress().equals("127.0.0.2"))));
  }

  @AfterEach
  void closeDns() {
    dns.close();
  }

  private DownloadRequest at(String host) {
    return DownloadRequest.of("http://" + host + ":" + origin.port() + "/file", target());
  }

  @Test
  void theGivenServerIsAsked() throws Exception {
    dns.answer("files.example", "127.0.0.1");

    failure(NameNotResolved.class, at("nobody.example"));
    get(at("files.example"));

    assertHolds(target(), BODY);
    assertThat(dns.asked()).contains("nobody.example").containsOnlyOnce("files.example");
  }

  /** It is looked up once, and the very address that was allowed is connected to. */
  @Test
  void anAnswerThatChangesAfterItWasCheckedChangesNothing() throws Exception {
    dns.answer("rebound.example", "127.0.0.1", "127.0.0.2");

    get(at("rebound.example"));

    assertThat(dns.asked()).hasSize(1);
    assertHolds(target(), BODY);
  }

  @Test
  void aNameThatLeadsWhereThePolicyRefusesIsRefused() {
    dns.answer("inside.example", "127.0.0.2");

    assertThat(failure(AddressRefused.class, at("inside.example")).address())
        .isEqualTo("127.0.0.2");
    assertThat(origin.acceptedConnections()).isZero();
  }

  @Test
  void whatIsAllowedOfAnAnswerIsUsed() throws Exception {
    dns.answer("both.example", "127.0.0.2 127.0.0.1");

    get(at("both.example"));

    assertHolds(target(), BODY);
  }

  @Test
  void aNameServerIsNoName() {
    DownloadEngine.Builder builder = DownloadEngine.builder();
    List<InetSocketAddress> named = List.of(InetSocketAddress.createUnresolved("ns.example", 53));

    assertThatThrownBy(() -> builder.nameServers(named))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ns.example");
  }
}
