package com.qustellar.qsde.reactor;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpResponseDecoderSpec;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import reactor.netty.transport.NameResolverProvider;

/**
 * An engine's connections: one pool of them, the event loops that they live on, who resolves names
 * for them, and the client that all others are made from.
 */
final class Connections {

  /** One signal for as much as a socket gives at once: a GiB in 4,200 signals, not 131,000. */
  static final int CHUNK = 256 << 10;

  static final int MAX_HEADER_BYTES = 64 << 10;

  private final LoopResources loops;
  private final ConnectionProvider pool;
  private final AddressResolverGroup<InetSocketAddress> names;
  private final HttpClient client;

  /** Every open connection, those as well that are being made while the pool is disposed of. */
  private final ChannelGroup channels =
      new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);

  /**
   * Makes them.
   *
   * @param nameServers what to ask in place of the system's; empty for those
   */
  Connections(List<InetSocketAddress> nameServers) {
    int threads = Runtime.getRuntime().availableProcessors();
    // Not colocated: the next segment's request may be sent by a loop, and would stay on it.
    loops = LoopResources.create("qsde-http", threads, threads, true, false);
    pool =
        ConnectionProvider.builder("qsde")
            .pendingAcquireMaxCount(-1)
            .maxIdleTime(Duration.ofSeconds(15))
            .evictInBackground(Duration.ofSeconds(5))
            // Pools stay for ever otherwise, one for each server and way to it.
            .disposeInactivePoolsInBackground(Duration.ofSeconds(30), Duration.ofMinutes(1))
            .lifo()
            .allocationStrategy(Http2.sharing())
            .build();
    names =
        NameResolverProvider.builder()
            // Where IPv4 leads nowhere the IPv6 addresses of the same name are wanted as well.
            .completeOncePreferredResolved(false)
            .dnsAddressResolverGroupProvider(
                resolver -> new DnsAddressResolverGroup(asking(nameServers, resolver)))
            .build()
            .newNameResolverGroup(loops, LoopResources.DEFAULT_NATIVE);
    client =
        HttpClient.create(pool)
            // Before the loops: they would bring a resolver that outlives the engine.
            .resolver(names)
            .runOn(loops)
            // What is sent again, and when, the transport and the retry policy decide.
            .disableRetry(true)
            .httpResponseDecoder(Connections::wholeReads)
            .doOnChannelInit(this::init)
            .option(ChannelOption.ALLOCATOR, Buffers.POOL)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(4 << 10, 64 << 10, CHUNK));
  }

  private static DnsNameResolverBuilder asking(
      List<InetSocketAddress> nameServers, DnsNameResolverBuilder resolver) {
    return nameServers.isEmpty()
        ? resolver
        : resolver.nameServerProvider(new SequentialDnsServerAddressStreamProvider(nameServers));
  }

  /**
   * Lets the decoder pass on what was read in one piece. Deprecated as HTTP/2 has no such thing.
   */
  @SuppressWarnings("deprecation")
  private static HttpResponseDecoderSpec wholeReads(HttpResponseDecoderSpec decoder) {
    return decoder.maxChunkSize(CHUNK).maxHeaderSize(MAX_HEADER_BYTES);
  }

  /** Returns the client that knows nothing of settings yet. */
  HttpClient client() {
    return client;
  }

  AddressResolverGroup<InetSocketAddress> names() {
    return names;
  }

  private void init(ConnectionObserver observer, Channel channel, @Nullable SocketAddress address) {
    channels.add(channel);
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.setHandshakeTimeoutMillis(channel.config().getConnectTimeoutMillis());
    }
    if (Http2.isOpen(channel)) {
      addHandler(channel, "qsde.http2", new Http2.Chosen(Connections::initHttp1));
    } else {
      initHttp1(channel);
      // One of HTTP/2 is everybody's: others wait for it as well.
      Sending sending = observer.currentContext().getOrDefault(Sending.class, null);
      if (sending != null) {
        sending.connects(channel, observer);
      }
    }
  }

  private static void initHttp1(Channel channel) {
    addHandler(channel, "qsde.interim", new InterimAnswers());
    if (channel.pipeline().get(SslHandler.class) != null) {
      addHandler(channel, "qsde.unended", new UnendedBodies());
    }
  }

  /** Prepares one stream of an HTTP/2 connection, to tell of a request nobody has looked at. */
  static void initStream(Channel stream, Runnable unprocessed) {
    addHandler(stream, "qsde.interim", new InterimAnswers());
    addHandler(stream, "qsde.unprocessed", new Http2.Unprocessed(unprocessed));
  }

  private static void addHandler(Channel channel, String name, ChannelHandler handler) {
    channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, name, handler);
  }

  /** Completes when the event loops have done what was given to them: closed sockets, say. */
  Mono<Void> settled() {
    return Flux.fromIterable(loops.onClient(true))
        .flatMap(loop -> Mono.<Void>create(sink -> loop.execute(sink::success)), Integer.MAX_VALUE)
        // A loop that has ended has nothing left to do.
        .onErrorComplete()
        .then();
  }

  /** Closes every connection and ends the event loops. */
  Mono<Void> closeLater() {
    Mono<Void> closed = Mono.create(sink -> channels.close().addListener(done -> sink.success()));
    return pool.disposeLater()
        .then(closed)
        .then(Mono.<Void>fromRunnable(names::close))
        .then(loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)));
  }
}
