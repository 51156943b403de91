package com.qustellar.qsde.reactor;

import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.Logger;
import reactor.util.Loggers;
import reactor.util.context.Context;

/**
 * The last before a user's subscriber. Reactor lets errors of the JVM fall through to who emits,
 * linkage errors and overflown stacks among them: here they end that subscriber as any other
 * exception does, which hears of them, and nobody else has to do with them.
 */
final class Told<T> implements CoreSubscriber<T>, Subscription {

  private static final Logger LOG = Loggers.getLogger(DownloadEngine.class);

  private final CoreSubscriber<? super T> actual;

  // Of the signals, which follow each other.
  private Subscription upstream = Operators.emptySubscription();
  private boolean over;

  private Told(CoreSubscriber<? super T> actual) {
    this.actual = actual;
  }

  /** Returns what is told to users' subscribers. */
  static <T> Mono<T> to(Mono<T> signals) {
    return new Mono<>() {
      @Override
      public void subscribe(CoreSubscriber<? super T> actual) {
        signals.subscribe(new Told<>(actual));
      }
    };
  }

  /** Returns what is told to users' subscribers. */
  static <T> Flux<T> to(Flux<T> signals) {
    return new Flux<>() {
      @Override
      public void subscribe(CoreSubscriber<? super T> actual) {
        signals.subscribe(new Told<>(actual));
      }
    };
  }

  @Override
  public Context currentContext() {
    return actual.currentContext();
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    upstream = subscription;
    try {
      actual.onSubscribe(this);
    } catch (Throwable thrown) {
      // Whoever subscribes hears of it there.
      subscription.cancel();
      throw thrown;
    }
  }

  @Override
  public void onNext(T next) {
    if (over) {
      return;
    }
    try {
      actual.onNext(next);
    } catch (Throwable thrown) {
      over = true;
      upstream.cancel();
      last(() -> actual.onError(thrown));
    }
  }

  @Override
  public void onError(Throwable failure) {
    if (!over) {
      over = true;
      last(() -> actual.onError(failure));
    }
  }

  @Override
  public void onComplete() {
    if (!over) {
      over = true;
      last(actual::onComplete);
    }
  }

  @Override
  public void request(long n) {
    upstream.request(n);
  }

  @Override
  public void cancel() {
    upstream.cancel();
  }

  private static void last(Runnable signal) {
    try {
      signal.run();
    } catch (Throwable thrown) {
      LOG.error("a subscriber failed at the end of what it was told", thrown);
    }
  }
}
