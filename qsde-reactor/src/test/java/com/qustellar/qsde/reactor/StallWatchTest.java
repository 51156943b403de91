package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.util.RaceTestUtils;
import reactor.util.context.Context;

class StallWatchTest {

  private final VirtualTime time = new VirtualTime();
  private final StallWatch watch = new StallWatch(time);
  private final AtomicLong activity = new AtomicLong();
  private final AtomicLong alarms = new AtomicLong();

  private Disposable watch(Duration limit) {
    return watch(watch, limit);
  }

  private Disposable watch(StallWatch by, Duration limit) {
    return by.watched(Mono.never(), silence(limit))
        .subscribe(null, thrown -> alarms.incrementAndGet());
  }

  private StallWatch.Check silence(Duration limit) {
    return StallWatch.silence(limit, activity::get, Silent::new);
  }

  /** Told of an exchange that is silent. */
  private static final class Silent extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @Test
  void silenceForTheLimitIsAStall() {
    watch(Duration.ofSeconds(30));
    time.advanceTimeBy(Duration.ofMillis(29_999));
    assertThat(alarms).hasValue(0);
    time.advanceTimeBy(Duration.ofMillis(251));
    assertThat(alarms).hasValue(1);
    time.advanceTimeBy(Duration.ofHours(1));
    assertThat(alarms).hasValue(1);
  }

  @Test
  void aByteNowAndThenIsNone() {
    watch(Duration.ofSeconds(1));
    for (int i = 0; i < 100; i++) {
      time.advanceTimeBy(Duration.ofMillis(900));
      activity.incrementAndGet();
    }
    assertThat(alarms).hasValue(0);
  }

  @Test
  void nobodyWhoWantsNothingWaits() {
    activity.set(StallWatch.CONTENT);
    watch(Duration.ofSeconds(1));
    time.advanceTimeBy(Duration.ofHours(1));
    assertThat(alarms).hasValue(0);
    activity.set(7);
    time.advanceTimeBy(Duration.ofSeconds(1));
    assertThat(alarms).hasValue(0);
    time.advanceTimeBy(Duration.ofMillis(250));
    assertThat(alarms).hasValue(1);
  }

  @Test
  void ticksThatAreMadeUpForAreNoTime() {
    AtomicLong clock = new AtomicLong();
    watch(new StallWatch(time, clock::get), Duration.ofSeconds(1));
    time.advanceTimeBy(Duration.ofMinutes(1));
    assertThat(alarms).hasValue(0);
    for (int tick = 0; tick < 4; tick++) {
      assertThat(alarms).hasValue(0);
      clock.addAndGet(250);
      time.advanceTimeBy(Duration.ofMillis(250));
    }
    assertThat(alarms).hasValue(1);
  }

  @Test
  void theTimerStartsAgainAfterNothingWasWatched() {
    Disposable first = watch(Duration.ofSeconds(1));
    first.dispose();
    time.advanceTimeBy(Duration.ofSeconds(10));
    assertThat(alarms).hasValue(0);
    watch(Duration.ofSeconds(1));
    time.advanceTimeBy(Duration.ofSeconds(2));
    assertThat(alarms).hasValue(1);
  }

  @Test
  void bytesThatComeTooSlowlyAreWatchedForAsWell() {
    StallWatch.Check slow =
        StallWatch.slowness(1000, () -> true, activity::get, IllegalStateException::new);
    activity.set(29_999);
    Mono<Void> watched = watch.watched(Mono.never(), silence(Duration.ofHours(1)).or(slow));
    CompletableFuture<Void> end = watched.toFuture();
    time.advanceTimeBy(Duration.ofMillis(29_750));
    assertThat(end).isNotDone();
    time.advanceTimeBy(Duration.ofMillis(250));
    assertThatThrownBy(end::join).hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatAnExchangeBringsIsToldWithItsEnd() {
    TestPublisher<String> exchange = TestPublisher.create();
    CompletableFuture<String> end =
        watch.watched(exchange, silence(Duration.ofSeconds(1))).toFuture();
    exchange.next("value");
    assertThat(end).isNotDone();
    exchange.complete();
    assertThat(end).isCompletedWithValue("value");
  }

  @Test
  void theFailureOfAnExchangeIsToldAndEndsTheWatch() {
    Mono<String> exchange = Mono.error(new IllegalStateException());
    StepVerifier.create(watch.watched(exchange, silence(Duration.ofSeconds(1))))
        .verifyError(IllegalStateException.class);
    time.advanceTimeBy(Duration.ofMinutes(1));
    assertThat(alarms).hasValue(0);
  }

  @Test
  void anAlarmCancelsTheExchange() {
    TestPublisher<String> exchange = TestPublisher.create();
    StepVerifier.create(watch.watched(exchange, silence(Duration.ofSeconds(1))))
        .then(() -> exchange.next("value"))
        .then(() -> time.advanceTimeBy(Duration.ofSeconds(2)))
        .verifyError(Silent.class);
    exchange.assertCancelled();
  }

  @Test
  void demandAndContextReachTheExchange() {
    TestPublisher<String> exchange = TestPublisher.create();
    Mono<String> inContext =
        Mono.deferContextual(
            context -> {
              assertThat(context.<String>get("key")).isEqualTo("value");
              return exchange.mono();
            });
    StepVerifier.create(
            watch
                .watched(inContext, silence(Duration.ofSeconds(1)))
                .contextWrite(Context.of("key", "value")),
            0)
        .expectSubscription()
        .then(() -> exchange.assertMaxRequested(0))
        .thenRequest(1)
        .then(() -> exchange.emit("value"))
        .expectNext("value")
        .verifyComplete();
  }

  /** Whoever comes first tells the end, once, and nothing is told behind a cancel. */
  @ParameterizedTest
  @EnumSource(Rival.class)
  void anAlarmAndWhatMeetsItEndAnExchangeOnce(Rival rival) {
    for (int round = 0; round < 2_000; round++) {
      VirtualTime ticks = new VirtualTime();
      TestPublisher<String> exchange = TestPublisher.create();
      AtomicLong ends = new AtomicLong();
      Disposable subscription =
          new StallWatch(ticks)
              .watched(exchange, silence(Duration.ofMillis(250)))
              .doOnTerminate(ends::incrementAndGet)
              .subscribe(null, thrown -> {});
      ticks.advanceTimeBy(Duration.ofMillis(250));
      Runnable alarm = () -> ticks.advanceTimeBy(Duration.ofMillis(250));
      RaceTestUtils.race(
          alarm,
          switch (rival) {
            case COMPLETION -> exchange::complete;
            case FAILURE -> () -> exchange.error(new IllegalStateException());
            case CANCEL -> subscription::dispose;
          });
      if (rival == Rival.CANCEL) {
        assertThat(ends.get()).isLessThanOrEqualTo(1);
        exchange.assertCancelled();
      } else {
        assertThat(ends).hasValue(1);
      }
      ticks.advanceTimeBy(Duration.ofSeconds(10));
      assertThat(ends.get()).isLessThanOrEqualTo(1);
    }
  }

  enum Rival {
    COMPLETION,
    FAILURE,
    CANCEL
  }
}
