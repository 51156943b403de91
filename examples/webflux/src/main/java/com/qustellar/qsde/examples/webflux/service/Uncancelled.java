package com.qustellar.qsde.examples.webflux.service;

import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/** Changes that go on to their end when the client that wanted them hangs up. */
final class Uncancelled {

  private Uncancelled() {}

  /** Subscribes to what is supplied for each subscriber, and never cancels it. */
  static <T> Mono<T> of(Supplier<Mono<T>> change) {
    return Mono.fromFuture(() -> Mono.defer(change).toFuture(), true);
  }

  /** Subscribes at once, so that it begins before whatever comes after a lock that is held. */
  static <T> Mono<T> begun(Mono<T> change) {
    return Mono.fromFuture(change.toFuture(), true);
  }
}
