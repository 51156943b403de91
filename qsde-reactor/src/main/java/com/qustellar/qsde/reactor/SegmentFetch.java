package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.internal.plan.ByteRange;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Fetches one segment: asks, writes, and after a failure goes on at the byte where it broke.
 *
 * <p>A new attempt starts when the delay of the retry policy is over and every write of the last
 * one has ended. Progress resets the count of attempts: {@value #PROGRESS} bytes beyond the best
 * position so far, or the rest of the segment.
 *
 * <p>A connection that the origin refuses while it has others costs no attempt: the next one waits
 * for its place among those that are left. After {@value #REFUSALS} without progress it is a
 * failure like any other.
 *
 * <p>Where there are mirrors, one that fails is followed by the next at once; all of them together
 * make an attempt.
 */
final class SegmentFetch {

  private static final int PROGRESS = 64 << 10;

  private static final int REFUSALS = 16;

  /**
   * So often what has come may be begun anew, by a mirror that knows no better, and none behind.
   */
  private static final int UNDONE = 4;

  private final NettyDownloadEngine engine;
  private final FileFetch file;
  private final long began = System.nanoTime();

  // Guarded by this.
  private @Nullable Exchange exchange;
  private long position;
  private long end;
  private boolean givenUp;

  // Used by one attempt at a time, each of which happens after the last.
  private long best;
  private long furthest;
  private int undone;
  private int failures;
  private boolean retried;
  private long failingSince;
  private boolean refused;
  private int refusals;
  private boolean doubtful;

  /** Who has just failed to bring what is wanted, and how. */
  private final Map<Mirror, DownloadException> tried = new HashMap<>();

  private @Nullable Mirror mirror;

  SegmentFetch(NettyDownloadEngine engine, FileFetch file, ByteRange range) {
    this.engine = engine;
    this.file = file;
    this.position = range.start();
    this.best = range.start();
    this.furthest = range.start();
    this.end = range.endExclusive();
  }

  /** Fetches the segment when subscribed to; completes once its last write has ended. */
  Mono<Void> run() {
    // Mostly one is enough, and costs no more than that.
    return attempt(failure -> again(failure).then())
        .then(Mono.defer(() -> retried || isWanted() ? others() : Mono.empty()))
        .doOnSuccess(done -> completed());
  }

  private Mono<Void> others() {
    return attempt(Mono::error)
        // A server may give less than was asked for; every good answer gives something.
        .repeat(this::isWanted)
        .then()
        .retryWhen(Retry.from(signals -> signals.concatMap(s -> again(s.failure()), 1)));
  }

  /** Completes once the last write has ended of one that has been cancelled. */
  Mono<Void> idle() {
    Exchange last;
    synchronized (this) {
      last = exchange;
    }
    return last == null ? Mono.empty() : last.idle();
  }

  /** Returns the offset after the last byte that has been given to a write. */
  synchronized long position() {
    Exchange current = exchange;
    return current == null ? position : current.body().position();
  }

  /** Returns where the segment ends as far as anybody knows; the answer may move it. */
  synchronized long end() {
    Exchange current = exchange;
    return current == null ? end : current.body().end();
  }

  /**
   * Has the segment end sooner, so that another connection may bring the rest.
   *
   * @return whether it does: it may be there already
   */
  synchronized boolean cut(long at) {
    Exchange current = exchange;
    if (givenUp || (current == null ? at <= position || at >= end : !current.body().cut(at))) {
      return false;
    }
    end = at;
    return true;
  }

  /** Returns whether a body is being received. */
  synchronized boolean isReceiving() {
    return exchange != null && exchange.body().isReceiving() && !givenUp;
  }

  /** Returns whether it is the connection that is waited for, and not the disk, say. */
  synchronized boolean isWaiting() {
    return exchange != null && exchange.body().isWaiting() && !givenUp;
  }

  /** Returns whether another mirror would bring much sooner what is received. */
  boolean isOutpaced() {
    Exchange current;
    synchronized (this) {
      current = exchange;
    }
    return current != null && file.mirrors().isOutpaced(current.mirror());
  }

  /** Leaves what has not come to others, and completes once the last write has ended. */
  void giveUp() {
    Exchange current;
    synchronized (this) {
      current = exchange;
      if (current == null || !current.body().isReceiving()) {
        return; // between two attempts: there is no connection to blame
      }
      givenUp = true;
    }
    current.body().giveUp();
  }

  private synchronized boolean isWanted() {
    return position < end && !givenUp;
  }

  private void completed() {
    file.progress().segmentCompleted();
    engine.metrics().segmentCompleted(Duration.ofNanos(System.nanoTime() - began));
  }

  private Mono<Void> attempt(Function<Throwable, Mono<Void>> failed) {
    return Mono.defer(
        () -> {
          Exchange next = begin();
          return next.run()
              .doOnSuccess(done -> ended(next))
              .doOnCancel(() -> file.mirrors().ended(next))
              .onErrorResume(failure -> broken(next, failure).onErrorResume(failed));
        });
  }

  private synchronized Exchange begin() {
    Exchange next = file.mirrors().begin(tried.keySet(), this::exchange);
    exchange = next;
    return next;
  }

  /** Waits for the last write, and fails unless all that is wanted is there. */
  private Mono<Void> broken(Exchange last, Throwable failure) {
    return last.idle()
        .then(
            Mono.defer(
                () -> {
                  ended(last);
                  return isDone(failure) ? Mono.empty() : Mono.error(failure);
                }));
  }

  /** Prepares to ask a mirror; called under the lock. */
  private Exchange exchange(Mirror from) {
    return new Exchange(engine, file, from, position, end, doubtful);
  }

  private void ended(Exchange last) {
    file.mirrors().ended(last);
    mirror = last.mirror();
    long from;
    synchronized (this) {
      from = position;
      position = last.body().position();
      end = last.body().end();
      exchange = null;
    }
    measure(from, last.brought());
    refused = last.refused();
    doubtful = last.isDoubtful();
  }

  /** Tells what is new of what an exchange has brought, which was to go on at an offset. */
  private void measure(long from, long brought) {
    if (position >= furthest + PROGRESS) {
      furthest = position;
      undone = 0;
    }
    if (brought > 0 && position - from != brought) {
      undone++;
    } else if (brought > 0 && from > 0 && undone <= UNDONE) {
      // Gone on with where the last one broke: that is new, however far another stream has come.
      best = Math.min(best, from);
    }
  }

  /**
   * A connection that breaks behind the last byte has done all that was wanted of it, and so has
   * one that was given up.
   */
  private synchronized boolean isDone(Throwable failure) {
    return (givenUp || position == end)
        && failure instanceof DownloadException known
        && known.retryable();
  }

  private Mono<Long> again(Throwable thrown) {
    DownloadException failure =
        TransportFailures.translate(file.uri(), file.target(), thrown, true, false);
    try {
      return after(failure);
    } catch (Error e) {
      // A condition of the policy is others' code, and Reactor tells nobody of what the JVM throws.
      DownloadException unexpected = new DownloadException.Unexpected(file.uri(), file.target(), e);
      FailureTree.add(unexpected, failure);
      return Mono.error(unexpected);
    }
  }

  private Mono<Long> after(DownloadException failure) {
    long now = engine.scheduler().now(TimeUnit.NANOSECONDS);
    boolean progressed = position >= best + PROGRESS || (position > best && position == end);
    if (progressed) {
      best = position;
      failures = 0;
      refusals = 0;
      doubtful = false;
      tried.clear();
    }
    RetryPolicy policy = file.terms().retryPolicy();
    if (refused && refusals < REFUSALS && policy.delay(failure, 1, Duration.ZERO, 0).isPresent()) {
      refusals++;
      file.refused();
      retrying(failure);
      return Mono.just(0L);
    }
    Mirror asked = mirror;
    boolean othersMay = asked != null && file.mirrors().failed(asked, failure, progressed);
    List<DownloadException> others = List.of();
    if (asked != null && othersMay) {
      tried.put(asked, failure);
      if (file.mirrors().isAnyLeft(tried.keySet())) {
        doubtful = false;
        retrying(failure);
        return Mono.just(0L);
      }
      others = file.mirrors().others(failure, tried);
      tried.clear();
    }
    if (failures++ == 0) {
      failingSince = now;
    }
    Duration elapsed = Duration.ofNanos(Math.max(0, now - failingSince));
    Optional<Duration> delay = delay(policy, failure, elapsed, others);
    if (delay.isEmpty()) {
      return Mono.error(othersMay ? file.mirrors().cause(failure) : failure);
    }
    retrying(failure);
    return file.progress().showing(Mono.delay(Waits.bounded(delay.get()), engine.scheduler()));
  }

  /** One mirror may be worth to wait for though the last that was asked is not. */
  private Optional<Duration> delay(
      RetryPolicy policy,
      DownloadException failure,
      Duration elapsed,
      List<DownloadException> others) {
    double random = ThreadLocalRandom.current().nextDouble();
    Optional<Duration> delay = policy.delay(failure, failures, elapsed, random);
    for (int i = 0; delay.isEmpty() && i < others.size(); i++) {
      delay = policy.delay(others.get(i), failures, elapsed, random);
    }
    return delay;
  }

  private void retrying(DownloadException why) {
    retried = true;
    file.progress().retrying(why);
    engine.metrics().retrying(why);
  }
}
