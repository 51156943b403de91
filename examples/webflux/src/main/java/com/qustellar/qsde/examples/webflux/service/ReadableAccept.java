package com.qustellar.qsde.examples.webflux.service;

import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Leaves out an Accept field that is no list of media types, as a server may (RFC 9110 §12.5.1):
 * Spring would stumble over it anew as it writes what it was to say of it.
 */
@Component
final class ReadableAccept implements WebFilter {

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    try {
      exchange.getRequest().getHeaders().getAccept();
    } catch (InvalidMediaTypeException e) {
      return chain.filter(
          exchange
              .mutate()
              .request(request -> request.headers(fields -> fields.remove(HttpHeaders.ACCEPT)))
              .build());
    }
    return chain.filter(exchange);
  }
}
