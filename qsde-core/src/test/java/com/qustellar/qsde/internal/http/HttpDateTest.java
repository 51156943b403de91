package com.qustellar.qsde.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDateTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        " Sun, 06 Nov 1994 08:49:37 GMT ",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun Nov 06 08:49:37 1994",
      })
  void allThreeFormatsMeanTheSame(String value) {
    assertThat(HttpDate.parse(value, NOW)).contains(Instant.parse("1994-11-06T08:49:37Z"));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-01T12:00:00Z, 94, 1994",
    "2026-03-01T12:00:00Z, 26, 2026",
    "2026-03-01T12:00:00Z, 76, 2076",
    "2026-03-01T12:00:00Z, 77, 1977",
    "2060-01-01T00:00:00Z, 05, 2105",
    "2060-01-01T00:00:00Z, 11, 2011",
    "1999-01-01T00:00:00Z, 49, 2049",
    "1999-01-01T00:00:00Z, 50, 1950",
  })
  void twoDigitsOfAYearAreNearThePresent(Instant now, String digits, int year) {
    assertThat(HttpDate.parse("Sunday, 06-Nov-" + digits + " 08:49:37 GMT", now))
        .contains(Instant.parse(year + "-11-06T08:49:37Z"));
  }

  @Test
  void leapSecondIsTheNextMinute() {
    assertThat(HttpDate.parse("Sat, 31 Dec 2016 23:59:60 GMT", NOW))
        .contains(Instant.parse("2017-01-01T00:00:00Z"));
    assertThat(HttpDate.parse("Thu, 29 Feb 2024 00:00:00 GMT", NOW))
        .contains(Instant.parse("2024-02-29T00:00:00Z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "-1",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Wed, 29 Feb 2023 00:00:00 GMT",
        "Sun, 06 Noe 1994 08:49:37 GMT",
        "Sun, 06 Nov 19994 08:49:37 GMT",
        "Sun, 06 Nov 994 08:49:37 GMT",
        "06 Nov 1994 08:49:37 GMT",
        "Sunday, 6-Nov-94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994 GMT",
        "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, \u0660\u0666 Nov 1994 08:49:37 GMT",
      })
  void garbageIsNoDate(String value) {
    assertThat(HttpDate.parse(value, NOW)).isEmpty();
  }

  @Test
  void formattedDatesReadAsThemselves() {
    assertThat(HttpDate.format(Instant.parse("1994-11-06T08:49:37.999Z")))
        .isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    long last = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    Random random = new Random(7);
    for (int i = 0; i < 5_000; i++) {
      Instant instant = Instant.ofEpochSecond(random.nextLong(last));
      assertThat(HttpDate.parse(HttpDate.format(instant), NOW)).contains(instant);
    }
  }
}
