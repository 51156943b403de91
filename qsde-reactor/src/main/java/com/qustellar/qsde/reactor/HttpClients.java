package com.qustellar.qsde.reactor;

import com.qustellar.qsde.AddressPolicy;
import com.qustellar.qsde.HttpProtocol;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.TlsSettings;
import com.qustellar.qsde.internal.http.Origin;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
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
  private final int maxHeaderBytes;
  private final TlsContexts tls = new TlsContexts();
  private final Set<Origin> withoutHttp2 = ConcurrentHashMap.newKeySet();
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

    Route onHttp1() {
      return new Route(tls, proxy, policy, HttpProtocol.HTTP_1_1);
    }
  }

  /**
   * Makes them.
   *
   * @param plain what all of them have in common
   * @param maxHeaderBytes the most that the header fields of an answer may have
   */
  HttpClients(HttpClient plain, int maxHeaderBytes) {
    this.plain = plain;
    this.maxHeaderBytes = maxHeaderBytes;
  }

  /**
   * Returns the client that reaches a URI as the settings say; fails where the settings name a file
   * that cannot be used, and tries again the next time.
   */
  Mono<HttpClient> client(NetworkSettings settings, URI uri) {
    Route route = Route.of(settings, uri);
    boolean known = isHttp2(route) && withoutHttp2.contains(Origin.of(uri));
    return clients.computeIfAbsent(known ? route.onHttp1() : route, this::prepare);
  }

  /**
   * The URI was answered on HTTP/1.1. An origin that did not take HTTP/2 is not offered it again:
   * its connections would be made one after the other, each to be shared.
   */
  void speaksHttp1(NetworkSettings settings, URI uri) {
    if (isHttp2(Route.of(settings, uri))) {
      withoutHttp2.add(Origin.of(uri));
    }
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
    return isHttp2(route) ? Http2.offer(plain, maxHeaderBytes) : plain;
  }

  private static boolean isHttp2(Route route) {
    return route.protocol() == HttpProtocol.HTTP_2 && route.tls().isPresent();
  }
}
