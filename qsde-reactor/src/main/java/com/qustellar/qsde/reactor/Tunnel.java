package com.qustellar.qsde.reactor;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.handler.proxy.Socks5ProxyHandler;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.FutureListener;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * A connection to a server through a proxy: CONNECT (RFC 9110 §9.3.6) or SOCKS 5 (RFC 1928).
 *
 * <p>The client resolves the proxy's name and connects to its address. Netty's handlers want the
 * server's address there and the proxy's beforehand, resolved with a call that blocks. So the two
 * are exchanged in front of such a handler, and exchanged again behind it. All of it runs on the
 * connection's event loop.
 */
final class Tunnel {

  private final SocketAddress server;
  private final @Nullable AddressResolverGroup<InetSocketAddress> names;
  private @Nullable SocketAddress proxy;

  private Tunnel(SocketAddress server, @Nullable AddressResolverGroup<InetSocketAddress> names) {
    this.server = server;
    this.names = names;
  }

  /**
   * Has a connection that is about to be made to a proxy lead to a server.
   *
   * @param server a name that the proxy resolves, or an address
   * @param names resolves the name instead; null to leave that to the proxy
   */
  static void through(
      Channel channel,
      Via via,
      SocketAddress server,
      @Nullable AddressResolverGroup<InetSocketAddress> names) {
    Tunnel tunnel = new Tunnel(server, names);
    ProxyHandler handler = handler(via);
    handler.setConnectTimeoutMillis(channel.config().getConnectTimeoutMillis());
    channel.pipeline().addFirst(tunnel.new Entrance());
    channel.pipeline().addFirst(NettyPipeline.ProxyHandler, handler);
    channel.pipeline().addFirst(tunnel.new Exit());
  }

  private static ProxyHandler handler(Via via) {
    Via.Credentials credentials = via.credentials();
    SocketAddress proxy = via.address();
    if (via.kind() == Via.Kind.CONNECT) {
      return credentials == null
          ? new HttpProxyHandler(proxy)
          : new HttpProxyHandler(proxy, credentials.name(), credentials.password());
    }
    return credentials == null
        ? new Socks5ProxyHandler(proxy)
        : new Socks5ProxyHandler(proxy, credentials.name(), credentials.password());
  }

  /** Between the client and the handler: the proxy's address comes in, the server's goes on. */
  private final class Entrance extends ChannelOutboundHandlerAdapter {

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the promise tells
    public void connect(
        ChannelHandlerContext context,
        SocketAddress remote,
        @Nullable SocketAddress local,
        ChannelPromise promise)
        throws Exception {
      proxy = remote;
      if (names == null) {
        super.connect(context, server, local, promise);
        return;
      }
      names
          .getResolver(context.executor())
          .resolve(server)
          .addListener(
              (FutureListener<InetSocketAddress>)
                  done -> {
                    if (done.isSuccess()) {
                      context.connect(done.getNow(), local, promise);
                    } else if (done.cause() instanceof RefusedAddressException refused) {
                      promise.setFailure(refused);
                    } else {
                      promise.setFailure(new Via.UnresolvedTargetException(done.cause()));
                    }
                  });
    }

    /**
     * The handler listens to the promises of what it holds back, which not every promise allows.
     */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
        throws Exception {
      super.write(context, message, promise.unvoid());
    }
  }

  /** Between the handler and the socket: the proxy's address, as the client has resolved it. */
  private final class Exit extends ChannelOutboundHandlerAdapter {

    @Override
    public void connect(
        ChannelHandlerContext context,
        SocketAddress remote,
        @Nullable SocketAddress local,
        ChannelPromise promise)
        throws Exception {
      super.connect(context, proxy, local, promise);
    }
  }
}
