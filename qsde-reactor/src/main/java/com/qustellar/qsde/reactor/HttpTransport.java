package com.qustellar.qsde.reactor;

import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.internal.http.HttpUris;
import com.qustellar.qsde.internal.http.Origin;
import com.qustellar.qsde.internal.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.SslClosedEngineException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.channel.AbortedException;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.client.PrematureCloseException;
import reactor.util.retry.Retry;

/**
 * Sends HTTP requests, and again at once what no server has looked at.
 *
 * <p>What else goes wrong is not judged here: see {@link TransportFailures}.
 */
final class HttpTransport {

  /**
   * So often a request is sent again at once that no server has looked at: its socket was read
   * before it was connected, or its HTTP/2 stream was refused.
   */
  private static final int UNPROCESSED = 5;

  private static final Map<Integer, RecvByteBufAllocator> SMALL_READS = new ConcurrentHashMap<>();

  private final Connections connections;
  private final HttpClients clients;

  /** Takes an answer. */
  interface Receiver<T> {

    /**
     * Takes an answer, on an event loop. The exchange lasts as long as the publisher that this
     * returns; a body that is not read to its end closes the connection.
     *
     * @param near whether who answers is {@linkplain Nearness near}
     */
    Mono<T> receive(ResponseHead head, Flux<ByteBuf> body, BooleanSupplier near);
  }

  /**
   * Makes one.
   *
   * @param nameServers what to ask in place of the system's; empty for those
   * @param io where files are read
   */
  HttpTransport(List<InetSocketAddress> nameServers, IoPool io) {
    connections = new Connections(nameServers);
    clients =
        new HttpClients(
            connections.client(), connections.names(), Connections.MAX_HEADER_BYTES, io);
  }

  /**
   * Sends a GET request when subscribed to.
   *
   * <p>A kept connection may be closed by the server while the request is on its way, or hold a
   * rest of the answer before that is no HTTP: then the request is sent again at once. Completes
   * once the connection can be used by the next request.
   *
   * @param headers every header field but Host
   * @param readSize how many bytes to read at once; more at a time where that is the most
   * @param receiver takes the answer
   */
  <T> Flux<T> get(
      URI uri,
      Map<String, String> headers,
      NetworkSettings settings,
      int readSize,
      Receiver<T> receiver) {
    AtomicReference<@Nullable Sending> last = new AtomicReference<>();
    AtomicInteger unsent = new AtomicInteger();
    Predicate<Throwable> isUnsent =
        thrown ->
            isStale(last.get(), thrown)
                || (isUnprocessed(last.get(), thrown) && unsent.incrementAndGet() <= UNPROCESSED);
    Flux<T> once =
        Flux.using(
            () -> {
              Sending sending = new Sending();
              last.set(sending);
              return sending;
            },
            sending ->
                clients
                    .client(settings, uri)
                    .flatMapMany(
                        client -> send(client, uri, headers, settings, readSize, receiver, sending))
                    // The pool passes it on to the connection that it makes for this.
                    .contextWrite(context -> context.put(Sending.class, sending)),
            Sending::end);
    // Mostly once is enough, and costs no more than that.
    return once.onErrorResume(
            isUnsent, thrown -> once.retryWhen(Retry.indefinitely().filter(isUnsent)))
        // The client drops its connection, open as it is, when a cancel meets the arriving head.
        .doOnDiscard(Connection.class, Connection::dispose)
        .concatWith(Mono.defer(() -> handedBack(last.get())));
  }

  private <T> Flux<T> send(
      HttpClient client,
      URI uri,
      Map<String, String> headers,
      NetworkSettings settings,
      int readSize,
      Receiver<T> receiver,
      Sending sending) {
    Via via = Via.of(settings, uri);
    Exception forbidden = via.forbidden(settings, uri);
    if (forbidden != null) {
      return Flux.error(forbidden);
    }
    HttpClient.RequestSender get =
        reading(client, readSize)
            .doOnRequest(
                (request, connection) -> {
                  HttpHeaders fields = request.requestHeaders();
                  headers.forEach(fields::set);
                  via.complete(fields, uri);
                  sends(sending, connection);
                })
            .request(HttpMethod.GET);
    return to(get, uri, via)
        .response(
            (response, body) -> {
              sending.answered();
              if (sending.isOnHttp1()) {
                clients.speaksHttp1(settings, uri);
              }
              ProxyException refusal = via.refusal(response.status().code());
              if (refusal != null) {
                letGo(response);
                return Mono.<T>error(refusal);
              }
              return receiver
                  .receive(
                      head(response), body.doFinally(end -> sending.bodyEnded()), sending::isNear)
                  .doOnError(thrown -> letGo(response));
            })
        .onErrorMap(via::explain);
  }

  private static HttpClient.ResponseReceiver<?> to(HttpClient.RequestSender get, URI uri, Via via) {
    if (via.isForwarded()) {
      // The address is the proxy's, and its client writes the rest.
      return get.uri(HttpUris.requestTarget(uri));
    }
    Origin origin = Origin.of(uri);
    // A java.net.URI has no host where the name has an underscore; text may have no port below 10.
    if (uri.getHost() == null) {
      return get.uri(origin + HttpUris.requestTarget(uri));
    }
    boolean plain = origin.hostHeader().equals(uri.getRawAuthority());
    return get.uri(plain ? uri : URI.create(origin + HttpUris.requestTarget(uri)));
  }

  private static void sends(Sending sending, Connection connection) {
    if (Http2.isStream(connection.channel())) {
      // It comes and goes with its request.
      Connections.initStream(connection.channel(), sending::unprocessed);
    }
    sending.sends(connection);
  }

  /**
   * Gives up what is left of a body. The client does so as well, but behind the failure: who closes
   * the engine at that would leave the body to loops that have ended.
   */
  private static void letGo(HttpClientResponse response) {
    if (response instanceof ChannelOperations<?, ?> answer && !answer.isInboundDisposed()) {
      answer.discard();
    }
  }

  /** A connection reads as much at once as the one it was made for; each size has its own. */
  private static HttpClient reading(HttpClient client, int size) {
    return size >= Connections.CHUNK
        ? client
        : Http2.reading(client, size, Connections.MAX_HEADER_BYTES)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                SMALL_READS.computeIfAbsent(size, HttpTransport::readsOf));
  }

  private static RecvByteBufAllocator readsOf(int size) {
    return new FixedRecvByteBufAllocator(size).maxMessagesPerRead(1);
  }

  private static boolean isStale(@Nullable Sending sending, Throwable thrown) {
    return sending != null && sending.isReused() && meansClosed(thrown);
  }

  private static boolean isUnprocessed(@Nullable Sending sending, Throwable thrown) {
    return TransportFailures.isNoLongerConnected(thrown)
        || (sending != null && sending.isUnprocessed());
  }

  private static boolean meansClosed(Throwable thrown) {
    return thrown instanceof PrematureCloseException
        || thrown instanceof SslClosedEngineException
        || TransportFailures.isNotHttp(thrown)
        || TransportFailures.isNoLongerConnected(thrown)
        || AbortedException.isConnectionReset(thrown);
  }

  private static <T> Mono<T> handedBack(@Nullable Sending sending) {
    return sending == null ? Mono.empty() : sending.handedBack().then(Mono.empty());
  }

  private static ResponseHead head(HttpClientResponse response) {
    HttpHeaders fields = response.responseHeaders();
    return new ResponseHead(response.status().code(), fields::getAll, Instant.now());
  }

  /** Completes when the event loops have done what was given to them: closed sockets, say. */
  Mono<Void> settled() {
    return connections.settled();
  }

  /** Closes every connection and ends the event loops. */
  Mono<Void> closeLater() {
    return connections.closeLater().then(Mono.fromRunnable(clients::close));
  }
}
