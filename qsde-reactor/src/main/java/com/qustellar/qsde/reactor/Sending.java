package com.qustellar.qsde.reactor;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;

/**
 * One sending of a request, and the connection that it went to.
 *
 * <p>The client tells of an error before a connection is made, or is cancelled, and may have that
 * connection made all the same: it would send the request, and keep an answer that nobody takes.
 */
final class Sending {

  /** Set on a connection that has sent a request. */
  private static final AttributeKey<Boolean> USED = AttributeKey.valueOf(Sending.class, "used");

  private volatile @Nullable Runnable leaving;
  private volatile @Nullable Connection unanswered;
  private volatile @Nullable Channel channel;
  private volatile boolean reused;
  private volatile boolean unprocessed;
  private volatile boolean ended;
  private volatile boolean bodyEnded;
  private final Sinks.Empty<Void> handedBack = Sinks.empty();

  /**
   * A connection is about to be made for the request.
   *
   * @param owner whose context is always that of whoever the connection belongs to
   */
  void connects(Channel made, ConnectionObserver owner) {
    Runnable leave = () -> leave(made, owner);
    leaving = leave;
    if (ended) {
      leave.run();
    }
  }

  /** The request is about to be sent. */
  void sends(Connection connection) {
    Channel used = connection.channel();
    reused = Http2.connection(used).attr(USED).getAndSet(true) != null;
    channel = used;
    unanswered = connection;
    if (ended) {
      connection.dispose();
    }
  }

  /** The server has told that it has not looked at the request, and will not. */
  void unprocessed() {
    unprocessed = true;
  }

  /** The head has come: whoever takes the body closes the connection. */
  void answered() {
    reused = false;
    unprocessed = false;
    unanswered = null;
  }

  /** Closes the connection unless it is answered; one that is still being made as well. */
  void end() {
    ended = true;
    Connection connection = unanswered;
    if (connection != null) {
      connection.dispose();
    }
    Runnable leave = leaving;
    if (leave != null && channel == null) {
      leave.run();
    }
  }

  /**
   * Gives up a connection that is being made: the pool would have it made for whoever comes next,
   * however long that takes. One that the pool has given to another by now is that one's.
   */
  private void leave(Channel made, ConnectionObserver owner) {
    try {
      made.eventLoop().execute(() -> closeUnused(made, owner));
    } catch (RejectedExecutionException e) {
      // A loop that has ended has closed it.
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nothing is to be done if it can't be closed
  private void closeUnused(Channel made, ConnectionObserver owner) {
    boolean own = owner.currentContext().getOrDefault(Sending.class, null) == this;
    if (own && made.isOpen() && made.attr(USED).get() == null) {
      made.pipeline().addBefore(NettyPipeline.ReactiveBridge, null, new Unheard());
      // Behind all handlers: those of TLS would wait for a farewell that a proxy does not pass on.
      made.pipeline().firstContext().close();
    }
  }

  /** How a connection breaks that is given up is nobody's news. */
  private static final class Unheard extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
  }

  /**
   * Returns whether the connection was a kept one, and has given no answer; of HTTP/2 only if it is
   * closed, as the end of a stream says nothing of its connection.
   */
  boolean isReused() {
    Channel used = channel;
    return reused && used != null && (!Http2.isStream(used) || !Http2.connection(used).isActive());
  }

  /** Returns whether the server has left the request aside, and has given no answer. */
  boolean isUnprocessed() {
    return unprocessed;
  }

  /** Returns whether the request was sent, and on a connection of its own. */
  boolean isOnHttp1() {
    Channel used = channel;
    return used != null && !Http2.isStream(used);
  }

  /** Returns whether who has got the request is {@linkplain Nearness near}. */
  boolean isNear() {
    Channel used = channel;
    return used != null && Nearness.isNear(Http2.connection(used));
  }

  /** The body has ended; the task that tells so gives the connection back afterwards. */
  void bodyEnded() {
    bodyEnded = true;
    Channel used = channel;
    if (used == null) {
      handedBack.tryEmitEmpty();
      return;
    }
    try {
      used.eventLoop().execute(handedBack::tryEmitEmpty);
    } catch (RejectedExecutionException e) {
      // A loop that has ended keeps no connection.
      handedBack.tryEmitEmpty();
    }
  }

  /** Completes once the connection can be used by the next request, or is closed. */
  Mono<Void> handedBack() {
    if (!bodyEnded) {
      // Nobody has taken the body.
      bodyEnded();
    }
    return handedBack.asMono();
  }
}
