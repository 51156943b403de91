package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.TlsSettings;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import com.qustellar.qsde.reactor.testing.ScriptedProxy;
import com.qustellar.qsde.reactor.testing.ScriptedSocks;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** The clients themselves: with name servers that lie, and certificates that nobody has signed. */
@Timeout(60)
class HttpClientsTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final NetworkSettings DEFAULTS =
      NetworkSettings.defaults().withTls(TlsSettings.defaults().withVerification(false));

  private final LoopResources loops = LoopResources.create("clients-test", 1, true);
  private final ConnectionProvider pool = ConnectionProvider.create("clients-test", 10);
  private final ChannelGroup channels =
      new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);
  private final Names names = new Names();
  private final IoPool io = new IoPool();
  private HttpClients clients;

  /** A name server that answers what a test has put in, one after the other. */
  private static final class Names extends AddressResolverGroup<InetSocketAddress> {
    final Queue<List<InetAddress>> answers = new ConcurrentLinkedQueue<>();

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
      return new InetNameResolver(executor) {
        @Override
        protected void doResolve(String host, Promise<InetAddress> promise) {
          promise.setSuccess(answers.remove().get(0));
        }

        @Override
        protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
          promise.setSuccess(answers.remove());
        }
      }.asAddressResolver();
    }
  }

  @BeforeEach
  void start() {
    HttpClient plain =
        HttpClient.create(pool)
            .resolver(names)
            .runOn(loops)
            .disableRetry(true)
            .doOnChannelInit((observer, channel, address) -> channels.add(channel));
    clients = new HttpClients(plain, names, 64 << 10, io);
  }

  @AfterEach
  void stop() {
    pool.disposeLater().block(LIMIT);
    // One that is on its way back to the pool as well.
    channels.close().syncUninterruptibly();
    loops.disposeLater(Duration.ZERO, LIMIT).block(LIMIT);
    clients.close();
    io.closeLater().block(LIMIT);
    names.close();
  }

  private String get(NetworkSettings settings, URI uri) {
    return clients
        .client(settings, uri)
        .flatMap(client -> client.get().uri(uri).responseContent().aggregate().asString())
        .block(LIMIT);
  }

  @Test
  void aNameThatIsBoundAnewIsAskedAboutAnew() {
    try (ScriptedOrigin origin = ScriptedOrigin.start()) {
      origin.serve("/x", Body.of("hello"));
      origin.onEvery((request, reply) -> reply.header("Connection", "close").closing());
      List<InetAddress> asked = new ArrayList<>();
      NetworkSettings settings =
          DEFAULTS.withAddressPolicy(
              address -> {
                asked.add(address);
                return address.equals(EngineTestBase.ip("127.0.0.1"));
              });
      URI uri = URI.create("http://rebinding.example:" + origin.port() + "/x");
      names.answers.add(List.of(EngineTestBase.ip("127.0.0.1")));
      names.answers.add(List.of(EngineTestBase.ip("127.0.0.2"), EngineTestBase.ip("::1")));

      assertThat(get(settings, uri)).isEqualTo("hello");
      assertThatThrownBy(() -> get(settings, uri))
          .hasCauseInstanceOf(RefusedAddressException.class);

      assertThat(names.answers).as("what was asked for and not connected to").isEmpty();
      assertThat(asked)
          .containsExactly(
              EngineTestBase.ip("127.0.0.1"),
              EngineTestBase.ip("127.0.0.2"),
              EngineTestBase.ip("::1"));
      assertThat(origin.acceptedConnections()).isEqualTo(1);
    }
  }

  @Test
  void anAddressThatLeadsNowhereIsTriedLastFromThenOn() throws Exception {
    try (ScriptedOrigin origin = ScriptedOrigin.start();
        ServerSocketChannel other = ServerSocketChannel.open()) {
      origin.serve("/x", Body.of("hello"));
      origin.onEvery((request, reply) -> reply.header("Connection", "close").closing());
      URI uri = URI.create("http://two.example:" + origin.port() + "/x");
      for (int i = 0; i < 2; i++) {
        names.answers.add(List.of(EngineTestBase.ip("127.0.0.3"), EngineTestBase.ip("127.0.0.1")));
      }

      assertThat(get(DEFAULTS, uri)).isEqualTo("hello");
      other.bind(new InetSocketAddress("127.0.0.3", origin.port())).configureBlocking(false);
      assertThat(get(DEFAULTS, uri)).isEqualTo("hello");

      assertThat(other.accept()).as("a connection to the first").isNull();
      assertThat(origin.requests()).hasSize(2);
    }
  }

  @Test
  void familiesAreTriedByTurns() {
    List<InetAddress> mixed =
        AddressRules.interleaved(
            List.of("::1", "::2", "::3", "127.0.0.1", "127.0.0.2").stream()
                .map(EngineTestBase::ip)
                .toList());

    assertThat(mixed)
        .containsExactly(
            EngineTestBase.ip("::1"),
            EngineTestBase.ip("127.0.0.1"),
            EngineTestBase.ip("::2"),
            EngineTestBase.ip("127.0.0.2"),
            EngineTestBase.ip("::3"));
  }

  @Test
  void onlySomeAreKept() {
    URI uri = URI.create("http://h/");
    NetworkSettings first = DEFAULTS.withProxy("proxy:1");
    Mono<HttpClient> client = clients.client(first, uri);
    for (int i = 2; i <= HttpClients.MOST; i++) {
      clients.client(DEFAULTS.withProxy("proxy:" + i), uri);
    }
    assertThat(clients.client(DEFAULTS.withProxy("proxy:1"), uri)).isSameAs(client);

    Mono<HttpClient> second = clients.client(DEFAULTS.withProxy("proxy:2"), uri);
    for (int i = 1001; i < 1000 + HttpClients.MOST; i++) {
      clients.client(DEFAULTS.withProxy("proxy:" + i), uri);
    }

    assertThat(clients.client(DEFAULTS.withProxy("proxy:2"), uri)).isSameAs(second);
    assertThat(clients.client(first, uri)).isNotSameAs(client);
  }

  @Test
  void tunnelsCarryTls(@TempDir Path dir) throws Exception {
    SslContext certified = SslContextBuilder.forServer(certificate(dir)).build();
    DisposableServer server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .runOn(loops)
            // Its connections end with it, and not when the loops next look.
            .doOnChannelInit((observer, channel, address) -> channels.add(channel))
            .secure(tls -> tls.sslContext(certified))
            .route(
                routes ->
                    routes.get(
                        "/x",
                        (request, response) ->
                            response.sendString(
                                Mono.just(
                                    request.requestHeaders().get("Host")
                                        + request.requestHeaders().get("Proxy-Authorization")))))
            .bindNow(LIMIT);
    try (ScriptedProxy http = ScriptedProxy.start();
        ScriptedSocks socks = ScriptedSocks.start()) {
      http.wants("name:password");
      socks.wants("name:password");
      String host = "tls.example:" + server.port();
      URI uri = URI.create("https://" + host + "/x");
      for (String proxy :
          List.of(
              "http://name:password@127.0.0.1:" + http.port(),
              "socks5h://name:password@127.0.0.1:" + socks.port())) {
        assertThat(get(DEFAULTS.withProxy(proxy), uri)).isEqualTo(host + "null");
      }

      assertThat(http.requests()).as("the tunnels").hasSize(1);
      assertThat(http.requests().get(0).target()).isEqualTo(host);
      assertThat(socks.requests()).containsExactly("name:" + host);
      pool.disposeLater().block(LIMIT);
      // One that is on its way back to the pool as well.
      channels.close().syncUninterruptibly();
    } finally {
      server.disposeNow(LIMIT);
    }
  }

  private static KeyManagerFactory certificate(Path dir) {
    try {
      Path store = dir.resolve("store");
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-keystore",
                  store.toString(),
                  "-storepass",
                  "password",
                  "-alias",
                  "a",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=tls.example")
              .redirectErrorStream(true)
              .redirectOutput(dir.resolve("log").toFile())
              .start();
      assertThat(keytool.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, "password".toCharArray());
      }
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, "password".toCharArray());
      return factory;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
