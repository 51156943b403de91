package com.qustellar.qsde.reactor;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.function.Consumer;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.Http2AllocationStrategy;
import reactor.netty.http.client.HttpClient;

/**
 * What HTTP/2 (RFC 9113) needs besides: windows that do not slow it down, one connection for all
 * requests as long as it takes them, and word of requests that a server has not looked at.
 */
final class Http2 {

  /** What may be on its way to one stream: 300 Mbit/s at a round trip of 100 ms. */
  private static final int STREAM_WINDOW = 4 << 20;

  /** What may be on its way to all streams of a connection; memory, if nobody reads them. */
  private static final int CONNECTION_WINDOW = 32 << 20;

  /** RFC 9113 §6.9.2. */
  private static final int INITIAL_WINDOW = 65_535;

  private Http2() {}

  /** Has a client offer HTTP/2 to servers, and go on with HTTP/1.1 where they do not take it. */
  static HttpClient offer(HttpClient client, int maxHeaderBytes) {
    return client
        .protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
        .http2Settings(
            settings ->
                settings.initialWindowSize(STREAM_WINDOW).maxHeaderListSize(maxHeaderBytes));
  }

  /**
   * Has a client that reads little at a time be sent little at a time: on HTTP/2 it is the window
   * that holds a server back.
   */
  static HttpClient reading(HttpClient client, int size, int maxHeaderBytes) {
    return client.http2Settings(
        settings ->
            settings
                .initialWindowSize(Math.min(STREAM_WINDOW, Math.max(INITIAL_WINDOW, 2 * size)))
                .maxHeaderListSize(maxHeaderBytes));
  }

  /**
   * Says when connections are made. Without it there is one for each request that comes before the
   * first connection is there. Pools of HTTP/1.1 are bounded by it as little as without it.
   */
  static Http2AllocationStrategy sharing() {
    return Http2AllocationStrategy.builder()
        .maxConnections(Integer.MAX_VALUE)
        .maxConcurrentStreams(Integer.MAX_VALUE)
        .strictConnectionReuse(true)
        .build();
  }

  /** Returns whether it is not known before the handshake is over which version is spoken. */
  static boolean isOpen(Channel channel) {
    return channel.pipeline().get(NettyPipeline.H2OrHttp11Codec) != null;
  }

  /** Returns whether the channel is one stream of a connection. */
  static boolean isStream(Channel channel) {
    return channel instanceof Http2StreamChannel;
  }

  /** Returns the connection that a channel is, or is a stream of. */
  static Channel connection(Channel channel) {
    return isStream(channel) ? channel.parent() : channel;
  }

  /** Returns whether a failure is a server's breach of the protocol. */
  static boolean isBreach(Throwable thrown) {
    return thrown instanceof Http2Exception || thrown instanceof Http2FrameStreamException;
  }

  /** Looks at a connection once it is known which version is spoken on it. */
  static final class Chosen extends ChannelInboundHandlerAdapter {

    private final Consumer<Channel> http1;

    /**
     * Makes one.
     *
     * @param http1 what is done with a connection of HTTP/1.1, its codec being in place
     */
    Chosen(Consumer<Channel> http1) {
      this.http1 = http1;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
      Http2FrameCodec codec = context.pipeline().get(Http2FrameCodec.class);
      if (codec == null) {
        http1.accept(context.channel());
      } else {
        // Settings are of streams only (RFC 9113 §6.9.2); Netty lets two of them fill a connection.
        Http2Connection connection = codec.connection();
        Http2Stream all = connection.connectionStream();
        Http2LocalFlowController window = connection.local().flowController();
        window.incrementWindowSize(all, CONNECTION_WINDOW - window.initialWindowSize(all));
      }
      context.fireChannelActive();
      context.pipeline().remove(this);
    }
  }

  /** Tells of a request that the server has not looked at, and does not mind to be sent again. */
  static final class Unprocessed extends ChannelInboundHandlerAdapter {

    private final Runnable told;

    Unprocessed(Runnable told) {
      this.told = told;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      // A GOAWAY comes to the streams behind its last one only.
      if (event instanceof Http2GoAwayFrame
          || (event instanceof Http2ResetFrame reset
              && reset.errorCode() == Http2Error.REFUSED_STREAM.code())) {
        told.run();
      }
      context.fireUserEventTriggered(event);
    }
  }
}
