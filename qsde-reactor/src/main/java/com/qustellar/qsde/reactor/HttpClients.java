package com.qustellar.qsde.reactor;

import com.qustellar.qsde.HttpProtocol;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.TlsSettings;
import io.netty.resolver.AddressResolverGroup;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import reactor.netty.http.client.HttpClient;

/**
 * One client for each way to reach servers: connections are shared by all whose settings are equal,
 * and a client made anew for each request would share none.
 *
 * <p>Only those of the {@value #MOST} ways that were used last are kept. What was opened by another
 * stays open until it is idle, and is then closed with its pool.
 */
final class HttpClients {

  static final int MOST = 64;

  private final HttpClient plain;
  private final AddressResolverGroup<InetSocketAddress> names;

  // Guarded by this; the one that was used last stands last.
  private final Map<Route, HttpClient> clients = new LinkedHashMap<>(16, 0.75f, true);

  /** What a connection depends on, as far as it is not the same for all. */
  private record Route(TlsSettings tls, Via via, AddressRules addresses, HttpProtocol protocol) {

    static Route of(NetworkSettings settings, URI uri) {
      return new Route(
          settings.tls(), Via.of(settings, uri), AddressRules.of(settings), settings.protocol());
    }
  }

  /**
   * Makes them.
   *
   * @param plain what all of them have in common
   * @param names resolves names
   */
  HttpClients(HttpClient plain, AddressResolverGroup<InetSocketAddress> names) {
    this.plain = plain;
    this.names = names;
  }

  /** Returns the client that reaches a URI as the settings say. */
  synchronized HttpClient client(NetworkSettings settings, URI uri) {
    HttpClient client = clients.computeIfAbsent(Route.of(settings, uri), this::make);
    if (clients.size() > MOST) {
      clients.remove(clients.keySet().iterator().next());
    }
    return client;
  }

  private HttpClient make(Route route) {
    HttpClient client = Proxies.through(plain, route.via(), route.addresses(), names);
    if (route.protocol() == HttpProtocol.HTTP_2) {
      client =
          client.protocol(
              reactor.netty.http.HttpProtocol.H2, reactor.netty.http.HttpProtocol.HTTP11);
    }
    return client;
  }
}
