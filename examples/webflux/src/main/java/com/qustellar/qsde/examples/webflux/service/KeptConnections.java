package com.qustellar.qsde.examples.webflux.service;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.stereotype.Component;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.server.HttpServer;

/**
 * What connections may do: take half a minute to bring a request, and then bring the next one.
 *
 * <p>Reactor Netty up to 1.3.7 forgets to read on when a request came before the last answer had
 * ended, and was then answered at once (reactor-netty issue 4361). {@link ReadsOn} reads then, and
 * is to go with the first version that is newer.
 */
@Component
final class KeptConnections implements NettyServerCustomizer {

  private static final Duration WHOLE_REQUEST = Duration.ofSeconds(30);

  @Override
  public HttpServer apply(HttpServer server) {
    return server
        .requestTimeout(WHOLE_REQUEST)
        .doOnChannelInit(
            (observer, channel, remote) ->
                channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, null, new ReadsOn()));
  }

  /** Hears of the end of each answer after the handler that should have read. */
  private static final class ReadsOn extends ChannelInboundHandlerAdapter {

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      // Behind the task that takes the next request out of the queue, if there is one.
      context.executor().execute(() -> readIfIdle(context.channel()));
      context.fireUserEventTriggered(event);
    }

    /** A request that is under way reads itself, and so does the end of its answer. */
    private static void readIfIdle(Channel channel) {
      if (ChannelOperations.get(channel) == null) {
        channel.read();
      }
    }
  }
}
