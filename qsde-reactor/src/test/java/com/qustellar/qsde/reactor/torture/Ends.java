package com.qustellar.qsde.reactor.torture;

import com.qustellar.qsde.DownloadException.Cancelled;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/** Counts the ends that are told to a subscriber, those as well that come after another. */
final class Ends implements CoreSubscriber<Object> {

  private final AtomicInteger completed = new AtomicInteger();
  private final AtomicInteger cancelled = new AtomicInteger();
  private final Queue<Throwable> other = new ConcurrentLinkedQueue<>();
  private volatile Subscription upstream = Operators.emptySubscription();
  private volatile Object last = "nothing";

  @Override
  public void onSubscribe(Subscription subscription) {
    upstream = subscription;
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(Object next) {
    last = next;
  }

  @Override
  public void onComplete() {
    completed.incrementAndGet();
  }

  @Override
  public void onError(Throwable thrown) {
    if (thrown instanceof Cancelled) {
      cancelled.incrementAndGet();
    } else {
      other.add(thrown);
    }
  }

  void cancel() {
    upstream.cancel();
  }

  /** Returns the last that was told before an end. */
  Object last() {
    return last;
  }

  int completed() {
    return completed.get();
  }

  int cancelled() {
    return cancelled.get();
  }

  /** Returns the errors that are no cancels. */
  Queue<Throwable> other() {
    return other;
  }

  int all() {
    return completed() + cancelled() + other.size();
  }
}
