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
 * after the other; where the first leads nowhere, every connection of a download would wait until
 * that shows, so it is tried last from then on. How soon that is, is {@link ConnectRace}'s to say.
 */
@Sharable
final class UnreachableAddresses extends ChannelOutboundHandlerAdapter {

  private static final int MOST = 256;

  // Guarded by this; the oldest stands first.
  private final Map<SocketAddress, Boolean> failed = new LinkedHashMap<>();

  /** The addresses of names that have several, in the order in which they are tried. */
  private final Map<InetSocketAddress, List<InetSocketAddress>> tried = new LinkedHashMap<>();

  /** Which address of a name has answered first, where others were silent. */
  private final Map<InetSocketAddress, InetSocketAddress> answered = new LinkedHashMap<>();

  /** Has the outcome of a connection count that is about to be made. */
  void watch(Channel channel) {
    channel.pipeline().addFirst(this);
  }

  /**
   * Returns the addresses of a name with those last that could not be connected to.
   *
   * @param name what they are the addresses of, unresolved
   * @param addresses what a client would try, in this order
   */
  synchronized List<InetSocketAddress> last(
      InetSocketAddress name, List<InetSocketAddress> addresses) {
    if (addresses.size() < 2) {
      tried.remove(name);
      return addresses;
    }
    List<InetSocketAddress> sorted = new ArrayList<>(addresses);
    sorted.removeIf(failed::containsKey);
    addresses.stream().filter(failed::containsKey).forEach(sorted::add);
    keep(tried, name, sorted);
    return sorted;
  }

  /** Returns the addresses that are tried after one of a name. */
  private synchronized List<InetSocketAddress> after(InetSocketAddress address) {
    List<InetSocketAddress> all = tried.getOrDefault(name(address), List.of());
    int index = all.indexOf(address);
    // Where it is not among them the name has got others since.
    return index < 0 ? List.of() : all.subList(index + 1, all.size());
  }

  /**
   * Returns what is connected to when an address is to be: one that was silent gives way to the one
   * that has answered meanwhile, or each that stands between them would be waited for once more.
   */
  private synchronized InetSocketAddress instead(InetSocketAddress address) {
    InetSocketAddress name = name(address);
    InetSocketAddress other = answered.getOrDefault(name, address);
    boolean better =
        failed.containsKey(address)
            && !failed.containsKey(other)
            && tried.getOrDefault(name, List.of()).contains(other);
    return better ? other : address;
  }

  private synchronized void won(InetSocketAddress silent, InetSocketAddress winner) {
    keep(answered, name(winner), winner);
    List<InetSocketAddress> all = after(silent);
    keep(failed, silent, true);
    all.subList(0, Math.max(0, all.indexOf(winner))).forEach(other -> keep(failed, other, true));
  }

  private static InetSocketAddress name(InetSocketAddress address) {
    return InetSocketAddress.createUnresolved(address.getHostString(), address.getPort());
  }

  private static <K, V> void keep(Map<K, V> map, K key, V value) {
    map.put(key, value);
    if (map.size() > MOST) {
      map.remove(map.keySet().iterator().next());
    }
  }

  @Override
  public void connect(
      ChannelHandlerContext context,
      SocketAddress remote,
      @Nullable SocketAddress local,
      ChannelPromise promise)
      throws Exception {
    SocketAddress to = remote instanceof InetSocketAddress address ? instead(address) : remote;
    super.connect(
        context, to, local, promise.addListener(done -> ended(to, done.isSuccess(), done.cause())));
    if (to instanceof InetSocketAddress address) {
      ConnectRace.run(
          context.channel(),
          address,
          local,
          promise,
          after(address),
          winner -> won(address, winner));
    }
  }

  /** A connection that is given up while it is made tells nothing. */
  private synchronized void ended(
      SocketAddress address, boolean connected, @Nullable Throwable cause) {
    if (connected) {
      failed.remove(address);
    } else if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
      keep(failed, address, true);
    }
  }
}
