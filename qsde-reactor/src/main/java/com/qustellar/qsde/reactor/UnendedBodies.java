package com.qustellar.qsde.reactor;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/**
 * Fails a body that ends where its TLS connection does, if that did not say so with a close_notify:
 * anybody may have cut it (RFC 9112 §9.8). The decoder takes every close for the end.
 */
final class UnendedBodies extends ChannelInboundHandlerAdapter {

  private boolean endsWithConnection;
  private boolean notified;

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    notified |= event == SslCloseCompletionEvent.SUCCESS;
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpResponse head) {
      endsWithConnection =
          !HttpUtil.isTransferEncodingChunked(head) && !HttpUtil.isContentLengthSet(head);
    }
    if (message instanceof LastHttpContent
        && endsWithConnection
        && !notified
        && !context.channel().isActive()) {
      ReferenceCountUtil.release(message);
      context.fireExceptionCaught(new IOException("TLS ended without close_notify"));
    } else {
      context.fireChannelRead(message);
    }
  }
}
