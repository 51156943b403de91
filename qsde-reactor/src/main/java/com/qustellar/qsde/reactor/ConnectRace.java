package com.qustellar.qsde.reactor;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to connect to an address of a name, and what the others of its addresses are asked
 * meanwhile (RFC 8305 §5): whenever {@value #DELAY_MILLIS} ms have passed without a connection, the
 * next is connected to as well.
 *
 * <p>A client makes its connection to one address after the other. So the connections that are made
 * here carry nothing: the first that stands ends the attempt as a timeout would, and the client
 * goes on; {@link UnreachableAddresses} sees to it that it does with the address that has answered.
 *
 * <p>Used on the channel's event loop only.
 */
final class ConnectRace {

  /** The Connection Attempt Delay that RFC 8305 §8 recommends. */
  private static final int DELAY_MILLIS = 250;

  private final Channel channel;
  private final InetSocketAddress remote;
  private final @Nullable SocketAddress local;
  private final ChannelPromise attempt;
  private final Iterator<InetSocketAddress> others;
  private final Consumer<InetSocketAddress> won;
  private final List<Channel> asked = new ArrayList<>();
  private @Nullable Future<?> timer;

  private ConnectRace(
      Channel channel,
      InetSocketAddress remote,
      @Nullable SocketAddress local,
      ChannelPromise attempt,
      List<InetSocketAddress> others,
      Consumer<InetSocketAddress> won) {
    this.channel = channel;
    this.remote = remote;
    this.local = local;
    this.attempt = attempt;
    this.others = others.iterator();
    this.won = won;
  }

  /**
   * Has other addresses take part in an attempt that has begun.
   *
   * @param channel what is being connected
   * @param remote the address that it is being connected to
   * @param local what to connect from, null for any
   * @param attempt ends with the attempt, and the attempt with it
   * @param others the addresses that would follow
   * @param won hears which of them has answered first, before the attempt ends by it
   */
  static void run(
      Channel channel,
      InetSocketAddress remote,
      @Nullable SocketAddress local,
      ChannelPromise attempt,
      List<InetSocketAddress> others,
      Consumer<InetSocketAddress> won) {
    if (!others.isEmpty() && !attempt.isDone()) {
      ConnectRace race = new ConnectRace(channel, remote, local, attempt, others, won);
      race.wait(race::next);
      attempt.addListener(ended -> race.end());
    }
  }

  private void wait(Runnable then) {
    timer = channel.eventLoop().schedule(then, DELAY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void next() {
    if (attempt.isDone() || !others.hasNext()) {
      return;
    }
    InetSocketAddress address = others.next();
    ChannelFuture connecting =
        new Bootstrap()
            .group(channel.eventLoop())
            .channelFactory(new ReflectiveChannelFactory<>(channel.getClass()))
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, channel.config().getConnectTimeoutMillis())
            .handler(new ChannelInboundHandlerAdapter())
            .connect(address, local);
    asked.add(connecting.channel());
    wait(this::next);
    connecting.addListener(done -> answered(address, done.isSuccess()));
  }

  private void answered(InetSocketAddress address, boolean connected) {
    if (connected && !attempt.isDone()) {
      won.accept(address);
      attempt.tryFailure(
          new ConnectTimeoutException("no answer from " + remote + " before " + address + "'s"));
    } else {
      stopTimer();
      next();
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nothing is to be done if they can't be closed
  private void end() {
    stopTimer();
    asked.forEach(Channel::close);
  }

  private void stopTimer() {
    Future<?> waiting = timer;
    if (waiting != null) {
      waiting.cancel(false);
    }
  }
}
