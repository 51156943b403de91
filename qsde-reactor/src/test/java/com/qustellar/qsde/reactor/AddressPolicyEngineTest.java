package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.AddressFamily;
import com.qustellar.qsde.AddressPolicy;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.AddressRefused;
import com.qustellar.qsde.DownloadException.ConnectFailed;
import com.qustellar.qsde.DownloadException.InvalidRequest;
import com.qustellar.qsde.DownloadException.NameNotResolved;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.ProxySettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses are connected to, and which are not. */
class AddressPolicyEngineTest extends EngineTestBase {

  private static final Body BODY = Body.random(7, 1000);

  private static final NetworkSettings PUBLIC =
      NetworkSettings.defaults().withAddressPolicy(AddressPolicy.publicOnly());

  @BeforeEach
  void serve() {
    origin.serve("/file", BODY);
  }

  private DownloadRequest at(String host) {
    return DownloadRequest.of("http://" + host + ":" + origin.port() + "/file", target());
  }

  /** Each of these leads to this machine, to a private net or to a cloud's metadata. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.255.255.254",
        "127.0.0.1.",
        "127.1.",
        "0x7f.1",
        "0x7f.0.0.1",
        "0x7f.0x0.0x0.0x1",
        "0X7F.1",
        "0x7f000001",
        "0x0000007f.1",
        "0177.0.0.1",
        "0177.1",
        "00000177.0.0.01",
        "0177.0x0.0.1",
        "017700000001",
        "2130706433",
        "0",
        "0x0",
        "0.0.0.0",
        "00",
        "１２７.0.0.1",
        "１２７。０。０。１",
        "127．0．0．1",
        "①②⑦.⓪.⓪.①",
        "0ｘ7ｆ.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "a.b.localhost.",
        "ｌｏｃａｌｈｏｓｔ",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[0000::0001]",
        "[::127.0.0.1]",
        "[::7f00:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::FFFF:7F00:0001]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
        "[2001:0:808:808::80ff:fffe]",
        "[fe80::1]",
        "[fec0::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "10.0.0.1",
        "10.1",
        "0xa.1",
        "167772161",
        "172.16.0.1",
        "192.168.1",
        "192.168.0.1",
        "0300.0250.0.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "0251.0376.0251.0376",
        "100.100.100.200",
        "168.63.129.16",
        "255.255.255.255",
        "224.0.0.1",
        "user@127.0.0.1",
        "public.example@127.0.0.1",
        "public.example:80@127.0.0.1",
        "u:p@0x7f.1",
        "@127.0.0.1",
        "known.invalid"
      })
  void publicOnlyRefusesHoweverItIsSpelt(String host) {
    engine.network(
        PUBLIC.withAddresses("known.invalid", origin.port(), List.of(ip("127.0.0.1"), ip("::1"))));

    AddressRefused failure = failure(AddressRefused.class, at(host));

    assertThat(AddressPolicy.publicOnly().allows(ip(failure.address()))).isFalse();
    assertThat(origin.acceptedConnections()).isZero();
    assertDirectoryHolds();
  }

  /** These are refused as URIs already, by any policy, and so are redirects to them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "public.example\\@127.0.0.2",
        "[fe80::1%25lo]",
        "[::1%lo]",
        "%31%32%37.0.0.2",
        "127.0.0.2%00.public.example",
        "127.0.0.2%2epublic.example",
        "256.0.0.1",
        "127.0.0.2.1",
        "4294967296",
        "0x100000000",
        "08.0.0.1",
        "public.example.1",
        "127.0.0.2\u0000",
        "[127.0.0.2]",
        "[::ffff:127.0.0]",
        "::1"
      })
  void someSpellingsAreNone(String host) {
    assertThatThrownBy(() -> at(host)).isInstanceOf(InvalidRequest.class);

    String bytes = new String(host.getBytes(UTF_8), ISO_8859_1);
    origin.on("/go").answer(Reply.redirect(302, "http://" + bytes + "/file"));
    failure(DownloadException.class, request("/go"));
    assertThat(origin.acceptedConnections()).isEqualTo(1);
  }

  /** 127.0.0.2 stands for what is forbidden: nobody listens there but this test. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.2:PORT/",
        "//127.0.0.2:PORT/",
        "http://0x7f.2:PORT/",
        "http://2130706434:PORT/",
        "http://0177.2:PORT/",
        "http://127.2.:PORT/",
        "//user@0x7f000002:PORT/",
        "http://127.0.0.1@127.0.0.2:PORT/",
        "http://[::ffff:127.0.0.2]:PORT/",
        "http://[::ffff:7f00:2]:PORT/",
        "http://１２７．２:PORT/",
        "http://sneaky.invalid:PORT/",
        "HTTP://SNEAKY.invalid:PORT/"
      })
  void aRedirectIsNoWayAround(String location) throws IOException {
    try (ServerSocketChannel forbidden = ServerSocketChannel.open()) {
      forbidden.bind(new InetSocketAddress("127.0.0.2", 0)).configureBlocking(false);
      int port = ((InetSocketAddress) forbidden.getLocalAddress()).getPort();
      String to = location.replace("PORT", String.valueOf(port));
      origin.on("/go").answer(Reply.redirect(302, new String(to.getBytes(UTF_8), ISO_8859_1)));
      engine.network(
          only("127.0.0.1").withAddresses("sneaky.invalid", port, List.of(ip("127.0.0.2"))));

      AddressRefused failure = failure(AddressRefused.class, request("/go"));

      assertThat(failure.address()).isEqualTo("127.0.0.2");
      assertThat(forbidden.accept()).as("a connection").isNull();
      assertThat(origin.requests()).hasSize(1);
    }
  }

  private static NetworkSettings only(String address) {
    return NetworkSettings.defaults().withAddressPolicy(ip(address)::equals);
  }

  @Test
  void ofSeveralAddressesTheAllowedOnesAreUsed() throws IOException {
    engine.network(
        only("127.0.0.1")
            .withAddresses(
                "known.invalid",
                origin.port(),
                List.of(ip("127.0.0.2"), ip("::1"), ip("127.0.0.1"))));

    get(at("known.invalid"));

    assertHolds(target(), BODY);
  }

  @Test
  void anAddressThatDoesNotAnswerLeavesTheNext() throws IOException {
    engine.network(
        NetworkSettings.defaults()
            .withAddresses(
                "known.invalid", origin.port(), List.of(ip("127.0.0.3"), ip("127.0.0.1"))));

    assertThat(get(at("known.invalid")).retries()).isZero();

    assertHolds(target(), BODY);
    assertThat(origin.requests().get(0).header("Host")).contains("known.invalid:" + origin.port());
  }

  @Test
  void thePolicyIsAskedOncePerConnectionAboutWhatIsConnectedTo() {
    List<InetAddress> asked = new CopyOnWriteArrayList<>();
    origin.on("/go").answer(Reply.redirect(302, "/file"));
    origin.onEvery((request, reply) -> reply.header("Connection", "close").closing());
    engine.network(NetworkSettings.defaults().withAddressPolicy(asked::add));

    get(request("/go"));

    assertThat(origin.acceptedConnections()).isEqualTo(2);
    assertThat(asked).hasSize(2).containsOnly(ip("127.0.0.1"));
    assertThat(asked.get(0).getHostName())
        .as("its name, nobody asked for it")
        .isEqualTo("127.0.0.1");
  }

  static Stream<Throwable> failures() {
    return Stream.of(new IllegalStateException("on purpose"), new AssertionError("on purpose"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aPolicyThatFailsRefusesAndIsNotAskedAgain(Throwable thrown) {
    List<InetAddress> asked = new CopyOnWriteArrayList<>();
    engine.network(
        NetworkSettings.defaults()
            .withAddressPolicy(
                address -> {
                  asked.add(address);
                  throw sneaky(thrown);
                }));

    AddressRefused failure = failure(AddressRefused.class, request("/file"));

    assertThat(failure).hasRootCauseMessage("on purpose");
    assertThat(asked).hasSize(1);
    assertThat(origin.acceptedConnections()).isZero();
  }

  private static RuntimeException sneaky(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return (RuntimeException) thrown;
  }

  @Test
  void aKeptConnectionIsNotUsedUnderAnotherPolicy() {
    get(request("/file"));
    engine.network(PUBLIC);

    failure(AddressRefused.class, request("/file").withOverwrite(true));

    assertThat(origin.requests()).hasSize(1);
    get(request("/file").withOverwrite(true).withNetwork(NetworkSettings.defaults()));
    assertThat(origin.acceptedConnections()).as("the first was kept").isEqualTo(1);
  }

  @Test
  void behindAProxyItIsRefusedUnlessTheProxyEnforcesIt() throws IOException {
    try (ScriptedProxy proxy = ScriptedProxy.start()) {
      DownloadRequest named = at("public.invalid");
      for (String scheme : List.of("http", "socks5", "socks5h")) {
        engine.network(PUBLIC.withProxy(scheme + "://127.0.0.1:" + proxy.port()));
        InvalidRequest failure = failure(InvalidRequest.class, named);
        assertThat(failure.reason()).contains("address policy").contains("proxy");
      }
      assertThat(proxy.acceptedConnections()).isZero();

      ProxySettings enforcing = ProxySettings.parse(proxy.uri()).withAddressPolicyEnforced(true);
      engine.network(PUBLIC.withProxy(enforcing));
      get(named);
      assertHolds(target(), BODY);

      int requests = proxy.requests().size();
      failure(AddressRefused.class, at("0x7f.1").withOverwrite(true));
      assertThat(proxy.requests()).hasSize(requests);

      engine.network(PUBLIC.withProxy(enforcing.withNoProxy("direct.localhost")));
      failure(AddressRefused.class, at("direct.localhost").withOverwrite(true));
      engine.close();
    }
  }

  @Test
  void aFamilyIsUsedAlone() throws IOException {
    NetworkSettings both =
        NetworkSettings.defaults()
            .withAddresses("known.invalid", origin.port(), List.of(ip("::1"), ip("127.0.0.1")));

    engine.network(both.withAddressFamily(AddressFamily.IPV4));
    get(at("known.invalid"));
    assertHolds(target(), BODY);

    engine.network(both.withAddressFamily(AddressFamily.IPV6));
    failure(ConnectFailed.class, at("known.invalid").withOverwrite(true));
    NameNotResolved failure = failure(NameNotResolved.class, at("127.0.0.1").withOverwrite(true));
    assertThat(failure)
        .hasRootCauseMessage("127.0.0.1 has no address of the family IPV6")
        .hasMessageStartingWith("127.0.0.1 is no IPv6 address, and no other is to be used: ");
    assertThat(failure.retryable()).isFalse();
    engine.network(
        NetworkSettings.defaults()
            .withAddresses("known.invalid", origin.port(), List.of(ip("127.0.0.1")))
            .withAddressFamily(AddressFamily.IPV6));
    DownloadRequest once = at("known.invalid").withRetryPolicy(RetryPolicy.none());
    assertThat(failure(NameNotResolved.class, once.withOverwrite(true)))
        .hasMessageStartingWith("known.invalid has no IPv6 address, and no other is to be used: ")
        .matches(DownloadException::retryable);
    assertThat(origin.requests()).hasSize(1);
  }
}
