package com.qustellar.qsde.reactor;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A body whose first buffer is asked for before anybody takes it: it comes while the file is being
 * opened. Of a small file that is all there is, and no event loop need be woken for it again.
 *
 * <p>Asks for one buffer at a time, and so holds one at most. That one is retained and belongs to
 * this object, under its lock, until it has been passed on or {@link #cancel} lets go of it.
 */
final class ReadAhead extends Flux<ByteBuf> implements CoreSubscriber<ByteBuf>, Subscription {

  private final Context context;

  // Guarded by this.
  private @Nullable Subscription upstream;
  private @Nullable CoreSubscriber<? super ByteBuf> taker;
  private @Nullable ByteBuf held;
  private @Nullable Throwable failure;
  private long wanted;
  private boolean asked = true;
  private boolean complete;
  private boolean over;
  private boolean passing;

  private ReadAhead(Context context) {
    this.context = context;
  }

  /** Asks for the first buffer of the body; for one taker, who may come later. */
  static ReadAhead of(Flux<ByteBuf> body, Context context) {
    ReadAhead ahead = new ReadAhead(context);
    body.subscribe(ahead);
    return ahead;
  }

  // ---- the body's subscriber

  @Override
  public Context currentContext() {
    return context;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    synchronized (this) {
      upstream = subscription;
    }
    subscription.request(1);
  }

  @Override
  public void onNext(ByteBuf data) {
    synchronized (this) {
      asked = false;
      if (over) {
        return;
      }
      held = data.retain();
    }
    passOn();
  }

  @Override
  public void onComplete() {
    synchronized (this) {
      complete = true;
    }
    passOn();
  }

  @Override
  public void onError(Throwable thrown) {
    synchronized (this) {
      failure = thrown;
      complete = true;
    }
    passOn();
  }

  // ---- the taker's subscription

  @Override
  public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
    synchronized (this) {
      taker = actual;
      passing = true;
    }
    actual.onSubscribe(this);
    synchronized (this) {
      passing = false;
    }
    passOn();
  }

  @Override
  public void request(long n) {
    synchronized (this) {
      wanted = Operators.addCap(wanted, n);
    }
    passOn();
  }

  /** Lets go of what is held, and of the body unless it has ended. */
  @Override
  public void cancel() {
    Subscription source;
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      source = complete ? null : upstream;
      if (held != null) {
        held.release();
        held = null;
      }
    }
    if (source != null) {
      source.cancel();
    }
  }

  /** Passes on what can be, one signal at a time, whoever brings them and asks for them. */
  private void passOn() {
    for (Runnable next = first(); next != null; next = signal()) {
      next.run();
    }
  }

  private synchronized @Nullable Runnable first() {
    if (passing || taker == null) {
      return null;
    }
    passing = true;
    return signal();
  }

  private synchronized @Nullable Runnable signal() {
    CoreSubscriber<? super ByteBuf> to = taker;
    Subscription source = upstream;
    if (!over && to != null && source != null) {
      ByteBuf buffer = held;
      if (buffer != null && wanted > 0) {
        held = null;
        wanted--;
        return () -> pass(buffer, to);
      }
      if (buffer == null && complete) {
        over = true;
        Throwable thrown = failure;
        return thrown == null ? to::onComplete : () -> to.onError(thrown);
      }
      if (buffer == null && wanted > 0 && !asked) {
        asked = true;
        return () -> source.request(1);
      }
    }
    passing = false;
    return null;
  }

  private static void pass(ByteBuf buffer, CoreSubscriber<? super ByteBuf> to) {
    try {
      to.onNext(buffer);
    } finally {
      buffer.release();
    }
  }
}
