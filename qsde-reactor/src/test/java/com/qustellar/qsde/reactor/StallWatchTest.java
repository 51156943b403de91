package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

class StallWatchTest {

  private final VirtualTime time = new VirtualTime();
  private final StallWatch watch = new StallWatch(time);
  private final AtomicLong activity = new AtomicLong();
  private final AtomicLong alarms = new AtomicLong();

  private Disposable watch(Duration limit) {
    return watch
        .stalled(limit, activity::get)
        .subscribe(none -> {}, thrown -> {}, alarms::incrementAndGet);
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
    new StallWatch(time, clock::get)
        .stalled(Duration.ofSeconds(1), activity::get)
        .subscribe(none -> {}, thrown -> {}, alarms::incrementAndGet);
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
}
