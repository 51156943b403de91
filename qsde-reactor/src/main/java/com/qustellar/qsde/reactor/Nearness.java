package com.qustellar.qsde.reactor;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;

/**
 * Tells whether a server, or the proxy before it, is so near that one connection may well bring all
 * that this machine can take: on it, or beside it.
 *
 * <p>The time that an answer takes does not tell it, as in a process that has just started it is
 * that of its own code. The kernel knows for how long its packets are under way.
 */
final class Nearness {

  /** What a packet takes there and back, in microseconds, where the way is short. */
  private static final int SHORT_MICROS = 1000;

  private Nearness() {}

  /** Returns whether it is known to be near; only Linux tells, and only through its own sockets. */
  static boolean isNear(Channel connection) {
    // By its name: whoever has excluded the native transport has no such class.
    if (!connection.getClass().getName().equals("io.netty.channel.epoll.EpollSocketChannel")) {
      return false;
    }
    long micros = Linux.roundTripMicros(connection);
    // The kernel measures no packet that it has sent twice (RFC 6298 §3): 0 while that is all.
    return micros > 0 && micros < SHORT_MICROS;
  }

  /** Loaded where there is something to ask. */
  private static final class Linux {

    static long roundTripMicros(Channel connection) {
      try {
        return ((EpollSocketChannel) connection).tcpInfo().rtt();
      } catch (ChannelException e) {
        // It has been closed meanwhile.
        return Long.MAX_VALUE;
      }
    }
  }
}
