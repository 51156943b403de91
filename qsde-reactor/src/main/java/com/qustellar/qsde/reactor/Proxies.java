package com.qustellar.qsde.reactor;

import io.netty.resolver.AddressResolverGroup;
import java.net.InetSocketAddress;
import java.util.Objects;
import reactor.netty.NettyPipeline;
import reactor.netty.http.client.HttpClient;

/** Has a client reach servers the way it is told to: at which addresses, through which proxy. */
final class Proxies {

  private Proxies() {}

  /**
   * Returns a client that goes this way.
   *
   * @param names resolves names
   */
  static HttpClient through(
      HttpClient client,
      Via via,
      AddressRules rules,
      AddressResolverGroup<InetSocketAddress> names) {
    AddressGuard servers = new AddressGuard(names, rules, null);
    if (!via.isProxied()) {
      return watched(client.resolver(servers), servers);
    }
    InetSocketAddress proxy = via.address();
    AddressGuard proxies = new AddressGuard(names, rules.ofProxy(), proxy);
    HttpClient toProxy = client.resolver(proxies);
    if (via.isForwarded()) {
      AbsoluteForm form = new AbsoluteForm(via.credentials());
      toProxy =
          toProxy
              .remoteAddress(() -> proxy)
              .doOnChannelInit(
                  (observer, channel, remote) ->
                      channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, null, form));
    } else {
      AddressGuard here = via.kind() == Via.Kind.SOCKS5 ? servers : null;
      toProxy =
          toProxy.doOnChannelInit(
              (observer, channel, remote) ->
                  Tunnel.through(channel, via, Objects.requireNonNull(remote), here));
    }
    return watched(toProxy, proxies);
  }

  private static HttpClient watched(HttpClient client, AddressGuard guard) {
    return client.doOnChannelInit((observer, channel, remote) -> guard.watch(channel));
  }
}
