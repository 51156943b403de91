package com.qustellar.qsde.examples.webflux.service;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerResponse;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes a problem of what Spring refuses with nothing but a status: an address that is no URI, as
 * {@code /%zz}, before any filter or handler has heard of it.
 */
@Component
final class BareRefusals implements NettyServerCustomizer {

  private final byte[] problem;

  BareRefusals(JsonMapper json) {
    this.problem =
        json.writeValueAsBytes(
            Problems.problem(
                HttpStatus.BAD_REQUEST,
                "invalid-value",
                "the address is no URI: escape what none may have, a % too, as %25"));
  }

  @Override
  public HttpServer apply(HttpServer server) {
    return server.mapHandle(
        (answered, connection) -> answered.then(Mono.defer(() -> explain(connection))));
  }

  private Mono<Void> explain(Connection connection) {
    return connection instanceof HttpServerResponse response
            && !response.hasSentHeaders()
            && response.status().equals(HttpResponseStatus.BAD_REQUEST)
        ? response
            .header(HttpHeaderNames.CONTENT_TYPE, MediaType.APPLICATION_PROBLEM_JSON_VALUE)
            .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(problem.length))
            .sendByteArray(Mono.just(problem))
            .then()
        : Mono.empty();
  }
}
