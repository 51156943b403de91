package com.qustellar.qsde.reactor;

import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A publisher that is a user's code. What that throws where it is made, subscribed to or asked is
 * told as its failure: Reactor would let errors of the JVM fall through to a thread of the engine's
 * that happens to ask, and nobody would hear of them.
 */
final class Given<T> extends Flux<T> {

  private final Supplier<? extends Publisher<? extends T>> made;

  /** Takes one that is made for each subscriber. */
  Given(Supplier<? extends Publisher<? extends T>> made) {
    this.made = made;
  }

  @Override
  public void subscribe(CoreSubscriber<? super T> actual) {
    Relay<T> relay = new Relay<>(actual);
    try {
      Publisher<? extends T> publisher = Objects.requireNonNull(made.get(), "publisher");
      publisher.subscribe(relay);
    } catch (Throwable thrown) {
      relay.fail(thrown);
    }
  }

  private static final class Relay<T> implements CoreSubscriber<T>, Subscription {
    private final CoreSubscriber<? super T> actual;
    private volatile Subscription upstream = Operators.emptySubscription();
    private volatile boolean subscribed;
    private volatile boolean over;

    Relay(CoreSubscriber<? super T> actual) {
      this.actual = actual;
    }

    @Override
    public Context currentContext() {
      return actual.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      if (subscribed) {
        subscription.cancel();
        return;
      }
      subscribed = true;
      upstream = subscription;
      actual.onSubscribe(this);
    }

    @Override
    public void onNext(@Nullable T next) {
      if (next == null) {
        // Reactive Streams, rule 2.13: who is to have it could not go on.
        fail(new NullPointerException("a publisher has given null"));
      } else if (!over) {
        actual.onNext(next);
      }
    }

    @Override
    public void onError(Throwable failure) {
      if (!over) {
        over = true;
        actual.onError(failure);
      }
    }

    @Override
    public void onComplete() {
      if (!over) {
        over = true;
        actual.onComplete();
      }
    }

    @Override
    public void request(long n) {
      try {
        upstream.request(n);
      } catch (Throwable thrown) {
        fail(thrown);
      }
    }

    @Override
    public void cancel() {
      over = true;
      upstream.cancel();
    }

    private void fail(Throwable thrown) {
      if (!subscribed) {
        subscribed = true;
        over = true;
        Operators.error(actual, thrown);
      } else if (!over) {
        upstream.cancel();
        onError(thrown);
      }
    }
  }
}
