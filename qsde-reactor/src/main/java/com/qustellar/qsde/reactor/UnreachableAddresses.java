package com.qustellar.qsde.reactor;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which addresses could not be connected to. A client tries the addresses of a name one
 * after the other, each for as long as the connect timeout; where the first leads nowhere, every
 * connection of a download would wait for that, so it is tried last from then on.
 */
@Sharable
final class UnreachableAddresses extends ChannelOutboundHandlerAdapter {

  private static final int MOST = 256;

  // Guarded by this; the oldest stands first.
  private final Map<SocketAddress, Boolean> failed = new LinkedHashMap<>();

  /** Has the outcome of a connection count that is about to be made. */
  void watch(Channel channel) {
    channel.pipeline().addFirst(this);
  }

  /** Returns the addresses with those last that could not be connected to. */
  synchronized List<InetSocketAddress> last(List<InetSocketAddress> addresses) {
    if (failed.isEmpty() || addresses.size() < 2) {
      return addresses;
    }
    List<InetSocketAddress> sorted = new ArrayList<>(addresses);
    sorted.removeIf(failed::containsKey);
    addresses.stream().filter(failed::containsKey).forEach(sorted::add);
    return sorted;
  }

  @Override
  public void connect(
      ChannelHandlerContext context,
      SocketAddress remote,
      @Nullable SocketAddress local,
      ChannelPromise promise)
      throws Exception {
    super.connect(
        context,
        remote,
        local,
        promise.addListener(done -> ended(remote, done.isSuccess(), done.cause())));
  }

  /** A connection that is given up while it is made tells nothing. */
  private synchronized void ended(
      SocketAddress address, boolean connected, @Nullable Throwable cause) {
    if (connected) {
      failed.remove(address);
    } else if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
      failed.put(address, true);
      if (failed.size() > MOST) {
        failed.remove(failed.keySet().iterator().next());
      }
    }
  }
}
