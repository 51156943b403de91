package com.qustellar.qsde.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

  private static final Instant DATE = Instant.parse("2026-03-01T12:00:00Z");

  @ParameterizedTest
  @CsvSource({"0, 0", "120, 120", "' 7 ', 7", "0030, 30"})
  void seconds(String value, long seconds) {
    assertThat(RetryAfter.parse(value, DATE)).contains(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Sun, 01 Mar 2026 12:00:30 GMT | 30",
        "Sunday, 01-Mar-26 13:00:00 GMT | 3600",
        "Sun Mar  1 12:00:01 2026 | 1",
        "Sun, 01 Mar 2026 12:00:00 GMT | 0",
        "Sun, 01 Mar 2026 11:59:59 GMT | 0",
        "Thu, 01 Jan 1970 00:00:00 GMT | 0",
      })
  void dateCountsFromTheResponsesDate(String value, long seconds) {
    assertThat(RetryAfter.parse(value, DATE)).contains(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "31536001",
        "9223372036854775807",
        "9223372036854775808",
        "99999999999999999999999999999999",
        "Fri, 31 Dec 9999 23:59:59 GMT",
      })
  void endlessWaitsAreClamped(String value) {
    assertThat(RetryAfter.parse(value, DATE)).contains(RetryAfter.LONGEST);
  }

  @Test
  void clampedWaitsCanBeAddedToAnInstant() {
    assertThat(DATE.plus(RetryAfter.LONGEST)).isAfter(DATE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "-1", "+5", "1.5", "5s", "soon", "5, 6", "0x10", "\u0665"})
  void garbageSaysNothing(String value) {
    assertThat(RetryAfter.parse(value, DATE)).isEmpty();
  }
}
