package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.DownloadState.FAILED;
import static com.qustellar.qsde.DownloadState.QUEUED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.AddressPolicy;
import com.qustellar.qsde.reactor.testing.Body;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.unit.DataSize;

/** Who may not do what. */
class SafetyTest extends TestService {

  /** Stands for an address of the public Internet. */
  private static final InetAddress PUBLIC = publicAddress();

  private ServerSocketChannel secret;

  @BeforeEach
  void listen() throws IOException {
    secret =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    secret.configureBlocking(false);
    engine.updateNetwork(now -> now.withAddressPolicy(AddressPolicy.publicOnly()));
  }

  @AfterEach
  void nobodyHasCalled() throws IOException {
    assertThat(secret.accept()).as("a connection").isNull();
    secret.close();
  }

  private static InetAddress publicAddress() {
    try {
      return InetAddress.getByName("127.0.0.2");
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private int secretPort() {
    return secret.socket().getLocalPort();
  }

  private Answer relay(String url) {
    return get("/relay?url=" + URLEncoder.encode(url, UTF_8));
  }

  // ---- requests that reach into the own network

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "0x7f.1",
        "017700000001",
        "2130706433",
        "[::1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "169.254.169.254",
        "10.0.0.1",
        "0.0.0.0"
      })
  void anAddressOfTheOwnNetworkIsRefused(String host) {
    String url = "http://" + host + ":" + secretPort() + "/";

    post(Map.of("url", url)).isProblem(403, "address-refused");
    relay(url).isProblem(403, "address-refused");
    assertThat(all()).isEmpty();
  }

  /** Allows one other address of loopback, for servers that are to be reached. */
  private void allowPublicServer() {
    AddressPolicy others = AddressPolicy.publicOnly();
    engine.updateNetwork(
        now -> now.withAddressPolicy(address -> address.equals(PUBLIC) || others.allows(address)));
  }

  private void isRefusedAtOnce(String url) {
    post(Map.of("url", url)).isProblem(403, "address-refused");
    relay(url).isProblem(403, "address-refused");
    assertThat(all()).isEmpty();
  }

  @Test
  void aNameThatLeadsThereIsRefused() {
    DNS.answer("inside.example", "127.0.0.1");
    DNS.answer("both.example", "10.0.0.1 127.0.0.1 169.254.169.254");

    for (int i = 0; i < 30; i++) { // whatever comes first, the end or the news of it
      isRefusedAtOnce("http://localhost:" + secretPort() + "/");
    }
    isRefusedAtOnce("http://inside.example:" + secretPort() + "/");
    isRefusedAtOnce("http://both.example:" + secretPort() + "/");
  }

  @Test
  void aRedirectThereIsRefused() throws Exception {
    allowPublicServer();
    DNS.answer("inside.example", "127.0.0.1");
    for (String inside : List.of("127.0.0.1", "[::1]", "inside.example")) {
      try (Redirector redirector = new Redirector("http://" + inside + ":" + secretPort() + "/")) {
        isRefusedAtOnce("http://127.0.0.2:" + redirector.port() + "/");
      }
    }
  }

  /** The name leads to a public server when it is asked for first, and inside ever after. */
  @Test
  void aNameThatIsPointedThereLaterIsRefused() throws Exception {
    allowPublicServer();
    try (Redirector redirector = new Redirector("http://rebound.example:" + secretPort() + "/")) {
      String url = "http://rebound.example:" + redirector.port() + "/";
      DNS.answer("rebound.example", PUBLIC.getHostAddress(), "127.0.0.1");
      post(Map.of("url", url)).isProblem(403, "address-refused");
      DNS.answer("rebound.example", PUBLIC.getHostAddress(), "127.0.0.1");
      relay(url).isProblem(403, "address-refused");
      assertThat(redirector.asked()).isEqualTo(2);
      assertThat(all()).isEmpty();

      isRefusedAtOnce(url);
      assertThat(redirector.asked()).isEqualTo(2);
    }
  }

  @Test
  void whatHadToWaitForOthersIsRefusedWhenItsTurnComes() {
    DNS.answer("inside.example", "127.0.0.1");
    origin.serve("/slow.bin", Body.random(2, 64L << 20));
    origin.on("/slow.bin").answer(reply -> reply.pacedAt(1 << 20));
    // One connection, which is there before the policy forbids more of them.
    engine.updateLimits(now -> now.withMaxConcurrentDownloads(1).withConnectionsPerDownload(1));
    allowLoopback();
    String first = add(origin.uri("/slow.bin"));
    engine.updateNetwork(now -> now.withAddressPolicy(AddressPolicy.publicOnly()));
    String url = "http://inside.example:" + secretPort() + "/";
    String second = add(Map.of("url", url));
    assertThat(view(second).state()).isEqualTo(QUEUED);
    delete(first).isStatus(204);

    DownloadView failed = awaitState(second, FAILED);

    assertThat(failed.failure().type()).isEqualTo(Problems.TYPE + "address-refused");
    assertThat(failed.failure().status()).isEqualTo(403);
    get("/downloads/" + second + "/file").isProblem(403, "address-refused");
  }

  // ---- pages of other sites

  @ParameterizedTest
  @CsvSource({
    "Sec-Fetch-Site, cross-site",
    "Sec-Fetch-Site, same-site",
    "Origin, https://evil.example",
    "Origin, null",
    "Origin, http://127.0.0.1:1"
  })
  void anotherSiteCanDoNothing(String field, String value) {
    String[] headers = {"Content-Type", "application/json", field, value};
    send(port, "POST", "/downloads", "{\"url\":\"http://h/\"}", headers)
        .isProblem(403, "origin-refused");
    send(port, "DELETE", "/downloads/x", null, field, value).isProblem(403, "origin-refused");
    get("/relay?url=http://h/", field, value).isProblem(403, "origin-refused");
    get("/%72elay?url=http://h/", field, value).isProblem(403, "origin-refused");
    assertThat(all()).isEmpty();
  }

  @Test
  void itsOwnPageCan() {
    String[] headers = {
      "Sec-Fetch-Site", "same-origin", "Origin", "http://127.0.0.1:" + port, "X-Requested-With", "x"
    };
    send(port, "POST", "/downloads/x/pause", null, headers).isProblem(404, "download-not-found");
    get("/downloads", "Sec-Fetch-Site", "same-origin").isStatus(200);
    get("/downloads", "Sec-Fetch-Site", "cross-site").isProblem(403, "origin-refused");
    get("/nowhere", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate").isStatus(404);
  }

  @Test
  void aFormCanNot() {
    send(port, "POST", "/downloads", "{\"url\":\"http://h/\"}", "Content-Type", "text/plain")
        .isProblem(415, "form-refused");
    send(port, "POST", "/downloads/x/pause", null).isProblem(415, "form-refused");
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example, 421",
    "127.0.0.1.evil.example, 421",
    "'', 421",
    "localhost:80, 200",
    "LOCALHOST, 200",
    "[::1]:8080, 200"
  })
  void aNameThatWasPointedHereReadsNothing(String host, int status) throws IOException {
    assertThat(statusFor(port, host)).isEqualTo(status);
  }

  private static int statusFor(int port, String host) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String head = "GET /downloads HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(UTF_8));
      InputStream in = socket.getInputStream();
      return Integer.parseInt(new String(in.readNBytes(12), UTF_8).substring(9));
    }
  }

  @Test
  void aBrowserIsToldToBeCareful() {
    for (Answer answer : List.of(get("/downloads"), get("/nowhere"), get("/actuator/health"))) {
      assertThat(answer.header("Content-Security-Policy"))
          .contains("default-src 'self'")
          .contains("frame-ancestors 'none'")
          .doesNotContain("unsafe");
      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
      assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
    }
  }

  // ---- who comes from elsewhere

  @Test
  void writesFromElsewhereNeedTheToken(@TempDir Path directory) throws IOException {
    String token = "a-token-of-some-length";
    try (ConfigurableApplicationContext context =
        start(directory, "--service.token=" + token, "--service.hosts=files.example")) {
      int there = port(context);
      String body = "{\"url\":\"ftp://h/\"}";
      for (String wrong : List.of("Bearer ", "Bearer " + token + "x", "Basic " + token, token)) {
        String[] headers = {"Content-Type", "application/json", "Authorization", wrong};
        send(there, "POST", "/downloads", body, headers).isProblem(401, "token-required");
      }
      send(there, "POST", "/downloads", body, AS_JSON).isProblem(401, "token-required");
      send(there, "DELETE", "/downloads/x", null).isProblem(401, "token-required");
      send(there, "GET", "/relay?url=ftp://h/", null).isProblem(401, "token-required");
      send(there, "GET", "/downloads", null).isStatus(200);

      String[] right = {"Content-Type", "application/json", "Authorization", "Bearer " + token};
      send(there, "POST", "/downloads", body, right).isProblem(400, "invalid-request");
      send(there, "GET", "/relay?url=ftp://h/", null, right).isProblem(400, "invalid-request");
      assertThat(statusFor(there, "files.example")).isEqualTo(200);
      assertThat(statusFor(there, "evil.example")).isEqualTo(421);
    }
  }

  @Test
  void withoutATokenItDoesNotListenElsewhere() {
    ServerProperties everywhere = new ServerProperties();
    assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
        .isThrownBy(() -> new AccessFilter(everywhere, properties(null, Set.of()), JSON))
        .matches(refused -> refused.getName().equals("service.token"));
    ServerProperties loopback = new ServerProperties();
    loopback.setAddress(InetAddress.getLoopbackAddress());
    assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
        .isThrownBy(() -> new AccessFilter(loopback, properties(null, Set.of("h")), JSON));
    assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
        .isThrownBy(() -> properties("short", Set.of()))
        .matches(refused -> refused.getName().equals("service.token"));
    assertThat(properties("a-token-of-some-length", Set.of()).toString()).doesNotContain("a-token");
  }

  @Test
  void aTokenThatIsMisspeltDoesNotStartAServiceWithoutOne(@TempDir Path directory) {
    assertThatThrownBy(() -> start(directory, "--service.tokn=a-SECRET-of-some-length").close())
        .rootCause()
        .isInstanceOf(UnboundConfigurationPropertiesException.class)
        .satisfies(
            failure -> {
              FailureAnalysis told = new UnknownPropertyFailureAnalyzer().analyze(failure);
              assertThat(told.getDescription())
                  .isEqualTo("There is no such property: service.tokn.");
              assertThat(told.getAction()).doesNotContain("SECRET");
            });
  }

  private static ServiceProperties properties(String token, Set<String> hosts) {
    Duration second = Duration.ofSeconds(1);
    return new ServiceProperties(
        Path.of("d"), DataSize.ofBytes(1), 1, token, hosts, second, second, second);
  }

  /** A server that may be reached, and sends everybody elsewhere. */
  private static final class Redirector implements AutoCloseable {

    private final HttpServer server;
    private final AtomicInteger asked = new AtomicInteger();

    Redirector(String location) throws IOException {
      server = HttpServer.create(new InetSocketAddress(PUBLIC, 0), 0);
      server.createContext(
          "/",
          exchange -> {
            asked.incrementAndGet();
            exchange.getResponseHeaders().set("Location", location);
            exchange.getResponseHeaders().set("Connection", "close");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
          });
      server.start();
    }

    int port() {
      return server.getAddress().getPort();
    }

    int asked() {
      return asked.get();
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
