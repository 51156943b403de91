package com.qustellar.qsde.internal.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1, 1 B",
    "1023, 1023 B",
    "1024, 1.0 KiB",
    "1536, 1.5 KiB",
    "1048524, 1023.9 KiB",
    "1048525, 1.0 MiB",
    "1048576, 1.0 MiB",
    "1073741824, 1.0 GiB",
    "9223372036854775807, 8.0 EiB"
  })
  void sizesTurnToTheNextUnitBeforeTheyReachAThousandAndTwentyFour(long bytes, String expected) {
    assertThat(Figures.size(bytes)).isEqualTo(expected);
  }

  @Test
  void sizesFitTheirColumn() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      long bytes = random.nextLong() >>> (1 + random.nextInt(63));
      assertThat(Figures.size(bytes)).hasSizeLessThanOrEqualTo(10);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.0 s",
    "449, 0.4 s",
    "59949, 59.9 s",
    "59950, 1 min 0 s",
    "125000, 2 min 5 s",
    "3599499, 59 min 59 s",
    "3599500, 1 h 0 min",
    "90000000, 25 h 0 min"
  })
  void elapsedTimesAreRoundedToWhatMatters(long millis, String expected) {
    assertThat(Figures.elapsed(Duration.ofMillis(millis))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"1048576, 1000, 1048576", "1048576, 500, 2097152", "5, 0, 5000", "0, 0, 0"})
  void anAverageSpeedOfNoTimeIsThatOfAMillisecond(long bytes, long millis, long expected) {
    assertThat(Figures.bytesPerSecond(bytes, Duration.ofMillis(millis))).isEqualTo(expected);
  }
}
