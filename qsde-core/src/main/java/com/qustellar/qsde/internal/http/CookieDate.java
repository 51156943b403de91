package com.qustellar.qsde.internal.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The dates of cookies, which come in more forms than those of HTTP (RFC 6265 §5.1.1). */
final class CookieDate {

  private static final Pattern DELIMITER =
      Pattern.compile("[\\x09\\x20-\\x2F\\x3B-\\x40\\x5B-\\x60\\x7B-\\x7E]+");
  private static final Pattern TIME =
      Pattern.compile("([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[^0-9].*)?");
  private static final Pattern DAY = Pattern.compile("([0-9]{1,2})(?:[^0-9].*)?");
  private static final Pattern YEAR = Pattern.compile("([0-9]{2,4})(?:[^0-9].*)?");
  private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

  private @Nullable LocalTime time;
  private int day;
  private int month;
  private int year = -1;

  private CookieDate() {}

  /** {@return the instant, empty where the value names none} */
  static Optional<Instant> parse(String value) {
    CookieDate date = new CookieDate();
    try {
      for (String token : DELIMITER.split(value, -1)) {
        date.take(token);
      }
      return date.time == null || date.year < 0
          ? Optional.empty()
          : Optional.of(
              LocalDate.of(date.fullYear(), date.month, date.day)
                  .atTime(date.time)
                  .toInstant(ZoneOffset.UTC));
    } catch (DateTimeException noSuchDay) {
      return Optional.empty();
    }
  }

  /** Takes a token for the first part of the date that is missing and that it can be. */
  private void take(String token) {
    Matcher clock = TIME.matcher(token);
    Matcher ofMonth = DAY.matcher(token);
    Matcher ofEra = YEAR.matcher(token);
    if (time == null && clock.matches()) {
      time = LocalTime.of(number(clock, 1), number(clock, 2), number(clock, 3));
    } else if (day == 0 && ofMonth.matches()) {
      day = number(ofMonth, 1);
    } else if (month == 0 && month(token) > 0) {
      month = month(token);
    } else if (year < 0 && ofEra.matches()) {
      year = number(ofEra, 1);
    }
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }

  private static int month(String token) {
    if (token.length() < 3) {
      return 0;
    }
    int at = MONTHS.indexOf(token.substring(0, 3).toLowerCase(Locale.ROOT));
    return at >= 0 && at % 3 == 0 ? at / 3 + 1 : 0;
  }

  /** Two digits are of the years 1970 to 2069. */
  private int fullYear() {
    if (year >= 70 && year <= 99) {
      return year + 1900;
    }
    return year >= 0 && year <= 69 ? year + 2000 : year;
  }
}
