package com.qustellar.qsde.internal.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacerTest {

  private static final long SECOND = 1_000_000_000;

  private final Pacer pacer = new Pacer();
  private long now = 7 * SECOND;

  /** Reads for so long, each read full as far as {@code fill} says; returns the bytes. */
  private long read(long nanos, long rate, Random fill, int latestNanos) {
    long end = now + nanos;
    int size = Pacer.readSize(rate);
    long bytes = 0;
    while (true) {
      long delay = pacer.delay(now, rate);
      if (now + delay >= end) {
        now = end;
        return bytes;
      }
      now += delay == 0 ? 0 : delay + fill.nextInt(latestNanos);
      pacer.charge(now, size, rate);
      int came = 1 + fill.nextInt(size);
      pacer.correct(size, came, rate);
      bytes += came;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {100_000, 1_000_000, 8_000_000, 50_000_000, 1_000_000_000})
  void fiveSecondsBringFiveSecondsOfBytes(long rate) {
    Random random = new Random(rate);
    read(SECOND, rate, random, 2_000_000);
    for (int i = 0; i < 10; i++) {
      assertThat((double) read(5 * SECOND, rate, random, 2_000_000))
          .isCloseTo(5.0 * rate, within(0.03 * 5 * rate + Pacer.readSize(rate)));
    }
  }

  @Test
  void timeThatNobodyUsedIsLost() {
    Random random = new Random(1);
    read(SECOND, 1_000_000, random, 1);
    now += 3600 * SECOND;
    assertThat(read(SECOND, 1_000_000, random, 1)).isLessThan(1_080_000);
  }

  @Test
  void aClockThatIsSetBackDelaysNothing() {
    pacer.charge(now, 4096, 4096);
    long owed = pacer.delay(now, 4096);
    now -= 3600 * SECOND;
    assertThat(pacer.delay(now, 4096)).isEqualTo(owed);
    assertThat(pacer.delay(now + owed, 4096)).isZero();
  }

  @Test
  void whatIsOwedIsBytesWhateverTheRateBecomes() {
    pacer.charge(now, 4096, 1);
    assertThat(pacer.delay(now, 1)).isGreaterThan(4000 * SECOND);
    assertThat(pacer.delay(now, 1_000_000)).isBetween(3_900_000L, 4_096_000L);
    assertThat(pacer.delay(now, 2_000_000)).isBetween(1_950_000L, 2_048_000L);
  }

  @Test
  void whatNeverComesIsGivenBack() {
    pacer.charge(now, 1 << 16, 1 << 16);
    assertThat(pacer.delay(now, 1 << 16)).isPositive();
    pacer.correct(1 << 16, 0, 1 << 16);
    assertThat(pacer.delay(now, 1 << 16)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 4096",
    "300000, 4096",
    "1000000, 8192",
    "1048576, 16384",
    "10000000, 131072",
    "100000000, 262144",
    "9223372036854775807, 262144"
  })
  void readsAreSmallWhereBytesAreSlow(long rate, int size) {
    assertThat(Pacer.readSize(rate)).isEqualTo(size);
  }
}
