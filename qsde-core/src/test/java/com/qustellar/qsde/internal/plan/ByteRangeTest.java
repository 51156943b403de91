package com.qustellar.qsde.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteRangeTest {

  @ParameterizedTest
  @CsvSource({"-1, 5", "5, 4", "0, -1", "-9223372036854775808, 9223372036854775807"})
  void boundsAreChecked(long start, long end) {
    assertThatIllegalArgumentException().isThrownBy(() -> new ByteRange(start, end));
  }

  @Test
  void headerNamesTheLastByteAndNotTheOneBehindIt() {
    assertThat(new ByteRange(0, 100).headerValue()).isEqualTo("bytes=0-99");
    assertThat(new ByteRange(7, 8).headerValue()).isEqualTo("bytes=7-7");
    assertThat(new ByteRange(0, Long.MAX_VALUE).headerValue())
        .isEqualTo("bytes=0-9223372036854775806");
    assertThatIllegalStateException().isThrownBy(() -> new ByteRange(5, 5).headerValue());
  }

  @Test
  void endIsOutside() {
    ByteRange range = new ByteRange(10, 20);
    assertThat(range.length()).isEqualTo(10);
    assertThat(range.contains(9)).isFalse();
    assertThat(range.contains(10)).isTrue();
    assertThat(range.contains(19)).isTrue();
    assertThat(range.contains(20)).isFalse();
    assertThat(range).hasToString("[10, 20)");
  }

  @ParameterizedTest
  @CsvSource({
    "10, 20, true",
    "12, 18, true",
    "15, 15, true",
    "0, 0, true",
    "9, 20, false",
    "10, 21, false",
    "0, 5, false"
  })
  void rangeContainsRange(long start, long end, boolean contained) {
    assertThat(new ByteRange(10, 20).contains(new ByteRange(start, end))).isEqualTo(contained);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 30, 10, 20",
    "12, 18, 12, 18",
    "0, 12, 10, 12",
    "18, 30, 18, 20",
    "0, 10, 10, 10",
    "0, 5, 10, 10",
    "20, 30, 20, 20",
    "25, 30, 25, 25"
  })
  void intersectionIsWhatBothHave(long start, long end, long expectedStart, long expectedEnd) {
    ByteRange range = new ByteRange(10, 20);
    ByteRange other = new ByteRange(start, end);
    ByteRange expected = new ByteRange(expectedStart, expectedEnd);
    assertThat(range.intersect(other)).isEqualTo(expected);
    assertThat(other.intersect(range)).isEqualTo(expected);
    assertThat(range.intersect(other).isEmpty()).isEqualTo(expected.isEmpty());
  }
}
