package com.qustellar.qsde.reactor;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * Writes requests for a proxy: with the whole URI in the request line (RFC 9112 §3.2.2), and the
 * proxy's credentials. It stands on connections to that proxy alone, so nobody else sees these.
 */
@Sharable
final class AbsoluteForm extends ChannelOutboundHandlerAdapter {

  private final @Nullable String authorization;

  AbsoluteForm(Via.@Nullable Credentials credentials) {
    this.authorization = credentials == null ? null : credentials.basic();
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
      throws Exception {
    if (message instanceof HttpRequest request) {
      request.setUri("http://" + request.headers().get(HttpHeaderNames.HOST) + request.uri());
      if (authorization != null) {
        request.headers().set(HttpHeaderNames.PROXY_AUTHORIZATION, authorization);
      }
    }
    super.write(context, message, promise);
  }
}
