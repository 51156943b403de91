package com.qustellar.qsde.reactor;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.util.ReferenceCountUtil;

/**
 * Drops interim answers (RFC 9110 §15.2) such as Early Hints, which Reactor Netty takes for the
 * answer itself. Not 101: nothing of HTTP comes behind it.
 */
final class InterimAnswers extends ChannelInboundHandlerAdapter {

  private boolean dropping;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpResponse head) {
      dropping = isInterim(head.status());
    }
    if (dropping) {
      // The head, or the end that the decoder puts behind it.
      ReferenceCountUtil.release(message);
      if (Http2.isStream(context.channel())) {
        // A stream gives what it was asked for, and this was it.
        context.read();
      }
    } else {
      context.fireChannelRead(message);
    }
  }

  private static boolean isInterim(HttpResponseStatus status) {
    return status.codeClass() == HttpStatusClass.INFORMATIONAL
        && status.code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code();
  }
}
