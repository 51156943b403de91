package com.qustellar.qsde.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SegmentSpeedTest {

  /** Any time and any offset to begin with. */
  private static final long BEGUN = Long.MAX_VALUE - TimeUnit.MILLISECONDS.toNanos(700);

  private static final long START = 1000;

  private final SegmentSpeed speed = new SegmentSpeed(BEGUN, START);

  private static long after(long millis) {
    return BEGUN + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private long look(long millis, long brought, boolean receives) {
    return speed.look(after(millis), START + brought, receives);
  }

  private double lately(long millis, long brought) {
    return speed.bytesPerSecond(after(millis), START + brought);
  }

  @Test
  void aLookTellsWhatHasComeSinceTheLastOne() {
    assertThat(look(100, 0, false)).isZero();
    assertThat(look(200, 300, true)).isEqualTo(300);
    assertThat(look(300, 1000, true)).isEqualTo(700);
    assertThat(look(400, 1000, true)).isZero();
  }

  @Test
  void oneThatBeginsAnewHasBroughtNothing() {
    look(100, 900, true);
    assertThat(look(200, -1000, true)).isZero();
    assertThat(lately(200, -1000)).isZero();
    assertThat(speed.bytesPerSecondInAll(after(200), 0)).isZero();
    assertThat(look(300, -600, true)).isEqualTo(400);
  }

  @Test
  void itsSpeedIsMeasuredFromWhereItBeganToReceive() {
    look(400, 0, true);
    assertThat(lately(400, 0)).isZero();
    assertThat(lately(500, 100)).isEqualTo(1000);
    assertThat(lately(800, 100)).isEqualTo(250);
  }

  @Test
  void itsSpeedIsThatOfTheLastHalfToAWholeSecond() {
    look(0, 0, true);
    look(500, 1000, true);
    assertThat(lately(500, 1000)).isEqualTo(2000);
    look(1000, 1100, true);
    assertThat(lately(1000, 1100)).isEqualTo(200);
    // Too soon for another mark.
    look(1400, 1100, true);
    assertThat(lately(1400, 1190)).isEqualTo(190 / 0.9);
    look(1500, 1200, true);
    assertThat(lately(1500, 1200)).isEqualTo(200);
  }

  @Test
  void whatCameBeforeAPauseTellsNothing() {
    look(0, 0, true);
    look(100, 5000, true);
    look(200, 5000, false);
    assertThat(speed.isReceiving()).isFalse();
    look(300, 5000, true);
    assertThat(speed.isReceiving()).isTrue();
    assertThat(lately(400, 5010)).isEqualTo(100);
    assertThat(speed.bytesPerSecondInAll(after(400), START + 5010)).isEqualTo(5010 / 0.4);
  }

  @Test
  void itTellsForHowLongItHasBeenReceiving() {
    long second = TimeUnit.SECONDS.toNanos(1);
    assertThat(speed.hasReceivedFor(0, after(100))).isFalse();
    look(100, 0, true);
    look(600, 10, true);
    assertThat(speed.hasReceivedFor(second, after(1099))).isFalse();
    assertThat(speed.hasReceivedFor(second, after(1100))).isTrue();
    assertThat(speed.age(after(1100))).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1100));
    look(1200, 10, false);
    assertThat(speed.hasReceivedFor(0, after(1200))).isFalse();
  }

  @Test
  void aSpeedWithoutATimeIsNone() {
    assertThat(lately(0, 100)).isZero();
    assertThat(speed.bytesPerSecondInAll(after(0), START + 100)).isZero();
  }
}
