package com.qustellar.qsde.reactor;

import com.qustellar.qsde.AddressPolicy;
import com.qustellar.qsde.HttpProtocol;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.TlsSettings;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/**
 * One client for each way to reach servers: connections are shared by all whose settings are equal,
 * and a client made anew for each request would share none.
 */
final class HttpClients {

  private final HttpClient plain;
  private final TlsContexts tls = new TlsContexts();
  private final ConcurrentMap<Route, Mono<HttpClient>> clients = new ConcurrentHashMap<>();

  /** What a connection depends on, as far as it is not the same for all. */
  private record Route(
      Optional<TlsSettings> tls, Optional<URI> proxy, AddressPolicy policy, HttpProtocol protocol) {

    static Route of(NetworkSettings settings, URI uri) {
      boolean secure = "https".equalsIgnoreCase(uri.getScheme());
      return new Route(
          Optional.of(settings.tls()).filter(used -> secure),
          settings.proxy().proxyFor(uri),
          settings.addressPolicy(),
          settings.protocol());
    }
  }

  /**
   * Makes them.
   *
   * @param plain what all of them have in common
   */
  HttpClients(HttpClient plain) {
    this.plain = plain;
  }

  /**
   * Returns the client that reaches a URI as the settings say; fails where the settings name a file
   * that cannot be used, and tries again the next time.
   */
  Mono<HttpClient> client(NetworkSettings settings, URI uri) {
    return clients.computeIfAbsent(Route.of(settings, uri), this::prepare);
  }

  /** Gives back what the clients hold; none of them has a connection any more. */
  void close() {
    tls.close();
  }

  private Mono<HttpClient> prepare(Route route) {
    HttpClient client = make(route);
    return route
        .tls()
        .map(settings -> tls.secure(client, settings, isHttp2(route)))
        .map(secured -> secured.doOnError(thrown -> clients.remove(route)).cache())
        .orElseGet(() -> Mono.just(client));
  }

  private HttpClient make(Route route) {
    HttpClient client = plain;
    if (isHttp2(route)) {
      client =
          client.protocol(
              reactor.netty.http.HttpProtocol.H2, reactor.netty.http.HttpProtocol.HTTP11);
    }
    return client;
  }

  private static boolean isHttp2(Route route) {
    return route.protocol() == HttpProtocol.HTTP_2 && route.tls().isPresent();
  }
}
