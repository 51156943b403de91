package com.qustellar.qsde.reactor.testing;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** An HTTP/2 origin over TLS that serves resources as {@link ScriptedOrigin} does. */
public final class Http2Origin implements AutoCloseable {

  /** What is done with a request. */
  public enum Turn {
    /** It is answered as its resource has it. */
    ANSWER,
    /** An interim answer comes before the answer. */
    HINT,
    /** Nothing comes. */
    IGNORE,
    /** The stream is refused. */
    REFUSE,
    /** The connection takes no more streams, and not this one either. */
    GO_AWAY,
    /** The stream ends in the middle of its body. */
    BREAK,
    /** The connection ends in the middle of the body. */
    CLOSE
  }

  private static final int FRAME = 16 << 10;

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("origin-http2", true), NioIoHandler.newFactory());
  private final Map<String, Resource> resources = new ConcurrentHashMap<>();
  private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger cancelled = new AtomicInteger();
  private final AtomicInteger peak = new AtomicInteger();
  private final AtomicInteger window = new AtomicInteger();
  private final ChannelGroup open = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);
  private final SslContext tls;
  private final long maxStreams;
  private final Channel server;
  private volatile Function<Integer, Turn> script = number -> Turn.ANSWER;

  private Http2Origin(X509Bundle certificate, long maxStreams) throws Exception {
    this.maxStreams = maxStreams;
    tls =
        SslContextBuilder.forServer(certificate.toKeyManagerFactory())
            .sslProvider(SslProvider.JDK)
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    ApplicationProtocolNames.HTTP_2))
            .build();
    server =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
  }

  /** Starts an origin on a free port that allows so many streams at once on a connection. */
  public static Http2Origin start(X509Bundle certificate, long maxStreams) {
    try {
      return new Http2Origin(certificate, maxStreams);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the URI of a path. */
  public URI uri(String path) {
    int port = ((InetSocketAddress) server.localAddress()).getPort();
    return URI.create("https://127.0.0.1:" + port + path);
  }

  /** Serves this resource under a path. */
  public void serve(String path, Resource resource) {
    resources.put(path, resource);
  }

  /** Says what is done with each request, by its number from 1. */
  public void script(Function<Integer, Turn> turns) {
    script = turns;
  }

  /** Returns the requests that have arrived, in their order. */
  public List<RecordedRequest> requests() {
    return requests;
  }

  /** Returns how many connections have been accepted. */
  public int connections() {
    return connections.get();
  }

  /** Returns how much a client allows to be on its way to all of its streams together. */
  public int connectionWindow() {
    return window.get();
  }

  /** Returns how many streams clients have reset. */
  public int cancelled() {
    return cancelled.get();
  }

  /** Returns how many streams of a connection were open at once at most. */
  public int peakStreams() {
    return peak.get();
  }

  @Override
  public void close() {
    server.close().syncUninterruptibly();
    open.close().syncUninterruptibly();
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private void accept(Channel channel) {
    int number = connections.incrementAndGet();
    open.add(channel);
    channel
        .pipeline()
        .addLast(tls.newHandler(channel.alloc()))
        .addLast(
            Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings().maxConcurrentStreams(maxStreams))
                .build())
        .addLast(new Requests(number));
  }

  /** One connection. A write that fails has lost its client. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private final class Requests extends ChannelInboundHandlerAdapter {

    private final int connection;
    private int streams;

    Requests(int connection) {
      this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      try {
        if (message instanceof Http2HeadersFrame head) {
          receive(context, head);
        } else if (message instanceof Http2ResetFrame) {
          cancelled.incrementAndGet();
          streams--;
        } else if (message instanceof Http2SettingsFrame) {
          context.flush();
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    private void receive(ChannelHandlerContext context, Http2HeadersFrame frame) {
      Http2Headers fields = frame.headers();
      List<Map.Entry<String, String>> headers = new ArrayList<>();
      fields.forEach(
          field -> headers.add(Map.entry(field.getKey().toString(), field.getValue().toString())));
      RecordedRequest request =
          new RecordedRequest(
              connection, fields.method().toString(), fields.path().toString(), headers);
      Http2Connection http2 = context.pipeline().get(Http2FrameCodec.class).connection();
      window.accumulateAndGet(
          http2.remote().flowController().windowSize(http2.connectionStream()), Math::max);
      requests.add(request);
      streams++;
      peak.accumulateAndGet(streams, Math::max);
      Http2FrameStream stream = frame.stream();
      switch (script.apply(requests.size())) {
        case ANSWER -> answer(context, stream, request, Long.MAX_VALUE);
        case HINT -> {
          Http2Headers hint = new DefaultHttp2Headers().status("103").add("link", "</x>");
          context.write(new DefaultHttp2HeadersFrame(hint).stream(stream));
          answer(context, stream, request, Long.MAX_VALUE);
        }
        case IGNORE -> {}
        case REFUSE -> reset(context, stream, Http2Error.REFUSED_STREAM);
        case GO_AWAY -> {
          ChannelHandlerContext codec = context.pipeline().context(Http2FrameCodec.class);
          ((Http2FrameCodec) codec.handler())
              .goAway(
                  codec,
                  Math.max(0, stream.id() - 2),
                  Http2Error.NO_ERROR.code(),
                  Unpooled.EMPTY_BUFFER,
                  codec.newPromise());
        }
        case BREAK -> {
          answer(context, stream, request, 20_000);
          reset(context, stream, Http2Error.INTERNAL_ERROR);
        }
        case CLOSE -> {
          answer(context, stream, request, 20_000);
          context.close();
        }
      }
      context.flush();
    }

    private void reset(ChannelHandlerContext context, Http2FrameStream stream, Http2Error why) {
      streams--;
      context.write(new DefaultHttp2ResetFrame(why).stream(stream));
    }

    private void answer(
        ChannelHandlerContext context, Http2FrameStream stream, RecordedRequest request, long end) {
      Resource resource = resources.get(request.path());
      Reply reply = resource == null ? Reply.status(404) : resource.reply(request);
      Http2Headers head = new DefaultHttp2Headers().status(Integer.toString(reply.status()));
      reply.fields().forEach((name, value) -> head.add(name, value));
      Body body = reply.body();
      boolean whole = end >= body.length();
      context.write(new DefaultHttp2HeadersFrame(head, body.length() == 0 && whole).stream(stream));
      long most = Math.min(end, body.length());
      for (long at = 0; at < most; ) {
        byte[] piece = new byte[(int) Math.min(FRAME, most - at)];
        body.read(at, piece, 0, piece.length);
        at += piece.length;
        boolean last = whole && at == most;
        context
            .write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(piece), last).stream(stream))
            .addListener(
                written -> {
                  if (last && written.isSuccess()) {
                    streams--;
                  }
                });
      }
      if (body.length() == 0) {
        streams--;
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
