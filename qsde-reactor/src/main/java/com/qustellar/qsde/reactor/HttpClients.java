package com.qustellar.qsde.reactor;

import com.qustellar.qsde.HttpProtocol;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.TlsSettings;
import com.qustellar.qsde.internal.http.Origin;
import io.netty.channel.ChannelOption;
import io.netty.resolver.AddressResolverGroup;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reactor.core.publisher.Mono;
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
  private static final int MOST_ORIGINS = 1024;

  private final HttpClient plain;
  private final AddressResolverGroup<InetSocketAddress> names;
  private final int maxHeaderBytes;
  private final TlsContexts tls;

  // Guarded by this, as all below; the one that was used last stands last.
  private final Map<List<Object>, Boolean> withoutHttp2 = new LinkedHashMap<>(16, 0.75f, true);

  // By Route.key.
  private final Map<List<Object>, Mono<HttpClient>> clients = new LinkedHashMap<>(16, 0.75f, true);

  /** What a connection depends on, as far as it is not the same for all. */
  private record Route(
      Optional<TlsSettings> tls,
      Via via,
      AddressRules addresses,
      HttpProtocol protocol,
      Duration connectTimeout) {

    static Route of(NetworkSettings settings, URI uri) {
      boolean secure = "https".equalsIgnoreCase(uri.getScheme());
      return new Route(
          Optional.of(settings.tls()).filter(used -> secure),
          Via.of(settings, uri),
          AddressRules.of(settings),
          settings.protocol(),
          settings.connectTimeout());
    }

    Route onHttp1() {
      return new Route(tls, via, addresses, HttpProtocol.HTTP_1_1, connectTimeout);
    }

    /** All of it, flat: what a record is compared with is spun at its first use, in 10 ms here. */
    List<Object> key() {
      return List.of(
          tls,
          via.kind(),
          Optional.ofNullable(via.proxy()),
          addresses.policy(),
          addresses.family(),
          addresses.addresses(),
          protocol,
          connectTimeout);
    }
  }

  /**
   * Makes them.
   *
   * @param plain what all of them have in common
   * @param names resolves names
   * @param maxHeaderBytes the most that the header fields of an answer may have
   * @param io where files are read
   */
  HttpClients(
      HttpClient plain,
      AddressResolverGroup<InetSocketAddress> names,
      int maxHeaderBytes,
      IoPool io) {
    this.plain = plain;
    this.names = names;
    this.maxHeaderBytes = maxHeaderBytes;
    this.tls = new TlsContexts(io);
  }

  /**
   * Returns the client that reaches a URI as the settings say; fails where the settings name a file
   * that cannot be used, and tries again the next time.
   */
  Mono<HttpClient> client(NetworkSettings settings, URI uri) {
    Route wanted = Route.of(settings, uri);
    synchronized (this) {
      boolean known = isHttp2(wanted) && withoutHttp2.get(offer(wanted, uri)) != null;
      Route route = known ? wanted.onHttp1() : wanted;
      Mono<HttpClient> client = clients.computeIfAbsent(route.key(), unused -> prepare(route));
      limit(clients, MOST);
      return client;
    }
  }

  /**
   * The URI was answered on HTTP/1.1. An origin that did not take HTTP/2 is not offered it again:
   * its connections would be made one after the other, each to be shared.
   */
  void speaksHttp1(NetworkSettings settings, URI uri) {
    if (settings.protocol() != HttpProtocol.HTTP_2) {
      return; // as mostly
    }
    Route asked = Route.of(settings, uri);
    if (isHttp2(asked)) {
      synchronized (this) {
        withoutHttp2.put(offer(asked, uri), true);
        limit(withoutHttp2, MOST_ORIGINS);
      }
    }
  }

  /** Another way to an origin may be another's answer. */
  private static List<Object> offer(Route route, URI uri) {
    return List.of(route.key(), Origin.of(uri));
  }

  /** Forgets the eldest of too many. */
  static void limit(Map<?, ?> map, int most) {
    if (map.size() > most) {
      map.remove(map.keySet().iterator().next());
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
        .map(secured -> secured.doOnError(thrown -> forget(route)).cache())
        .orElseGet(() -> Mono.just(client));
  }

  private synchronized void forget(Route route) {
    clients.remove(route.key());
  }

  private HttpClient make(Route route) {
    HttpClient client =
        Proxies.through(plain, route.via(), route.addresses(), names)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis(route.connectTimeout()));
    return isHttp2(route) ? Http2.offer(client, maxHeaderBytes) : client;
  }

  /** Netty takes 0 for no timeout at all. */
  private static int millis(Duration timeout) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, Waits.bounded(timeout).toMillis()));
  }

  private static boolean isHttp2(Route route) {
    return route.protocol() == HttpProtocol.HTTP_2 && route.tls().isPresent();
  }
}
