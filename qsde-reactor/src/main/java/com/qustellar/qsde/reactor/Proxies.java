package com.qustellar.qsde.reactor;

import io.netty.channel.Channel;
import io.netty.resolver.AddressResolverGroup;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.netty.ConnectionObserver;
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
      return client.resolver(servers);
    }
    InetSocketAddress proxy = via.address();
    HttpClient toProxy = client.resolver(new AddressGuard(names, rules.ofProxy(), proxy));
    if (via.isForwarded()) {
      AbsoluteForm form = new AbsoluteForm(via.credentials());
      return toProxy
          .remoteAddress(() -> proxy)
          .doOnChannelInit(
              (observer, channel, remote) ->
                  channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, null, form));
    }
    boolean resolvesHere = via.kind() == Via.Kind.SOCKS5;
    return toProxy.doOnChannelInit(
        (ConnectionObserver observer, Channel channel, @Nullable SocketAddress remote) ->
            Tunnel.through(
                channel, via, Objects.requireNonNull(remote), resolvesHere ? servers : null));
  }
}
