package com.qustellar.qsde.internal.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpeedMeterTest {

  private static final long SECOND = 1_000_000_000;

  private final SpeedMeter meter = new SpeedMeter();

  @Test
  void nothingSeenIsNoSpeed() {
    assertThat(meter.bytesPerSecond(5)).isZero();
    meter.observe(5, 1_000);
    assertThat(meter.bytesPerSecond(5)).isZero();
    assertThat(meter.bytesPerSecond(4)).isZero();
    assertThat(meter.bytesPerSecond(SECOND)).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - 2 * SECOND, -SECOND, Long.MIN_VALUE})
  void steadySpeedIsMeasuredAtAnyRateAndAcrossTheClocksWrap(long start) {
    for (long step : new long[] {1_000_000, 16_000_000, 100_000_000, 250_000_000, 5 * SECOND}) {
      SpeedMeter fresh = new SpeedMeter();
      for (long t = 0; t <= 20 * SECOND; t += step) {
        fresh.observe(start + t, t / 1_000);
        if (t > 0) {
          assertThat(fresh.bytesPerSecond(start + t)).isCloseTo(1_000_000, withPercentage(0.1));
        }
      }
    }
  }

  @Test
  void oldSpeedIsForgottenAfterTheWindow() {
    long bytes = 0;
    for (long t = 0; t <= 10 * SECOND; t += SECOND / 10) {
      meter.observe(t, bytes += 1_000);
    }
    for (long t = 10 * SECOND; t <= 13 * SECOND + SECOND / 10; t += SECOND / 10) {
      meter.observe(t, bytes += 100);
    }
    assertThat(meter.bytesPerSecond(13 * SECOND + SECOND / 10)).isCloseTo(1_000, withPercentage(1));
  }

  @Test
  void stallComesDownToZeroWithinTheWindow() {
    for (long t = 0; t <= 10 * SECOND; t += SECOND / 10) {
      meter.observe(t, t / 1_000);
    }
    long last = 10 * SECOND;
    assertThat(meter.bytesPerSecond(last + SECOND)).isBetween(600_000L, 700_000L);
    assertThat(meter.bytesPerSecond(last + 2 * SECOND)).isBetween(300_000L, 400_000L);
    assertThat(meter.bytesPerSecond(last + 3 * SECOND)).isZero();
    for (long t = last; t <= last + 3 * SECOND; t += SECOND / 10) {
      meter.observe(t, 10_000_000);
    }
    assertThat(meter.bytesPerSecond(last + 3 * SECOND)).isZero();
  }

  @Test
  void counterThatFallsBeginsAnew() {
    meter.observe(0, 0);
    meter.observe(SECOND, 5_000);
    meter.observe(2 * SECOND, 100);
    assertThat(meter.bytesPerSecond(2 * SECOND)).isZero();
    meter.observe(3 * SECOND, 300);
    assertThat(meter.bytesPerSecond(3 * SECOND)).isEqualTo(200);
  }

  @Test
  void timeThatStandsStillTakesTheNewestCount() {
    meter.observe(SECOND, 0);
    meter.observe(SECOND, 400);
    meter.observe(SECOND, 1_000);
    assertThat(meter.bytesPerSecond(SECOND)).isZero();
    assertThat(meter.bytesPerSecond(2 * SECOND)).isEqualTo(1_000);
  }

  @Test
  void hugeCountsDoNotOverflow() {
    meter.observe(0, 0);
    meter.observe(SECOND, Long.MAX_VALUE);
    assertThat(meter.bytesPerSecond(SECOND)).isEqualTo(Long.MAX_VALUE);
    assertThat(meter.bytesPerSecond(2 * SECOND)).isEqualTo(Long.MAX_VALUE / 2 + 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void speedIsNeverBeyondWhatWasSeen(long seed) {
    Random random = new Random(seed);
    long time = random.nextLong();
    long bytes = 0;
    double fastest = 0;
    for (int i = 0; i < 5_000; i++) {
      meter.observe(time, bytes);
      assertThat(meter.bytesPerSecond(time))
          .as("seed " + seed + ", look " + i)
          .isBetween(0L, (long) Math.ceil(fastest * SECOND));
      long nanos = 1 + random.nextLong(random.nextBoolean() ? SECOND : SECOND / 100);
      long more = random.nextLong(1_000_000);
      fastest = Math.max(fastest, (double) more / nanos);
      time += nanos;
      bytes += more;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1000, 100, 10",
    "0, 1001, 100, 11",
    "999, 1000, 100, 1",
    "1000, 1000, 0, 0",
    "1500, 1000, 100, 0",
    "0, 9223372036854775807, 1, 9223372036854775807",
  })
  void etaIsRoundedUp(long received, long total, long speed, long seconds) {
    assertThat(SpeedMeter.eta(received, OptionalLong.of(total), speed))
        .isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void nobodyKnowsWhenWithoutLengthOrSpeed() {
    assertThat(SpeedMeter.eta(0, OptionalLong.empty(), 100)).isNull();
    assertThat(SpeedMeter.eta(0, OptionalLong.of(10), 0)).isNull();
  }
}
