package com.qustellar.qsde.internal.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The dates of HTTP's fields (RFC 9110 §5.6.7). */
public final class HttpDate {

  private static final List<String> MONTHS =
      List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");

  private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");

  private static final String TIME = "(?<time>[0-9]{2}:[0-9]{2}:[0-9]{2})";

  /** {@code Sun, 06 Nov 1994 08:49:37 GMT}, what everybody must send today. */
  private static final Pattern IMF_FIXDATE =
      pattern("[a-z]{3}, (?<day>[0-9]{1,2}) (?<month>[a-z]{3}) (?<year>[0-9]{4}) " + TIME + " GMT");

  /** {@code Sunday, 06-Nov-94 08:49:37 GMT}. */
  private static final Pattern RFC_850 =
      pattern("[a-z]{6,9}, (?<day>[0-9]{2})-(?<month>[a-z]{3})-(?<year>[0-9]{2}) " + TIME + " GMT");

  /** {@code Sun Nov 6 08:49:37 1994}, C's {@code asctime}. */
  private static final Pattern ASCTIME =
      pattern("[a-z]{3} (?<month>[a-z]{3}) (?<day>[ 0-9][0-9]) " + TIME + " (?<year>[0-9]{4})");

  /** How far in the future a year of two digits may lie before it means the past. */
  private static final int FURTHEST_YEARS = 50;

  private HttpDate() {}

  /**
   * {@return the instant that a field value names, empty where it follows none of the three
   * formats}
   *
   * <p>Case, the name of the day of the week and a missing leading zero are not held against the
   * sender.
   *
   * @param value the field value
   * @param now the present, which a year of two digits is close to: more than 50 years ahead of it
   *     means the past
   */
  public static Optional<Instant> parse(String value, Instant now) {
    String text = value.strip();
    Instant fixed = imfFixdate(text);
    if (fixed != null) {
      return Optional.of(fixed);
    }
    for (Pattern format : List.of(IMF_FIXDATE, RFC_850, ASCTIME)) {
      Matcher matcher = format.matcher(text);
      if (matcher.matches()) {
        return instant(matcher, now);
      }
    }
    return Optional.empty();
  }

  /**
   * {@return the instant as a sender writes it, such as {@code Sun, 06 Nov 1994 08:49:37 GMT};
   * fractions of a second are dropped}
   *
   * @param instant an instant of the years 0 to 9999
   */
  public static String format(Instant instant) {
    OffsetDateTime time = instant.atOffset(ZoneOffset.UTC);
    return String.format(
        Locale.ROOT,
        "%s, %02d %s %04d %02d:%02d:%02d GMT",
        DAYS.get(time.getDayOfWeek().getValue() - 1),
        time.getDayOfMonth(),
        MONTHS.get(time.getMonthValue() - 1),
        time.getYear(),
        time.getHour(),
        time.getMinute(),
        time.getSecond());
  }

  /** Reads what is written as it must be, by its positions; null for what is left to a pattern. */
  private static @Nullable Instant imfFixdate(String text) {
    if (text.length() != 29
        || index(DAYS, text, 0) < 0
        || !text.startsWith(", ", 3)
        || text.charAt(7) != ' '
        || text.charAt(11) != ' '
        || text.charAt(16) != ' '
        || text.charAt(19) != ':'
        || text.charAt(22) != ':'
        || !text.endsWith(" GMT")) {
      return null;
    }
    int month = index(MONTHS, text, 8) + 1;
    int day = number(text, 5, 7);
    int year = number(text, 12, 16);
    int hour = number(text, 17, 19);
    int minute = number(text, 20, 22);
    int second = number(text, 23, 25);
    boolean exists =
        month > 0
            && day > 0
            && year >= 0
            && day <= YearMonth.of(year, month).lengthOfMonth()
            && hour >= 0
            && hour < 24
            && minute >= 0
            && minute < 60
            && second >= 0
            && second < 60;
    return exists
        ? LocalDateTime.of(year, month, day, hour, minute, second).toInstant(ZoneOffset.UTC)
        : null;
  }

  /** Returns which of the names stands there, -1 if none does. */
  private static int index(List<String> names, String text, int at) {
    for (int i = 0; i < names.size(); i++) {
      if (text.startsWith(names.get(i), at)) {
        return i;
      }
    }
    return -1;
  }

  /** Returns the number that the digits are, -1 where they are none. */
  private static int number(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = 10 * number + digit;
    }
    return number;
  }

  private static Optional<Instant> instant(Matcher date, Instant now) {
    String name = date.group("month").toLowerCase(Locale.ROOT);
    int month =
        MONTHS.indexOf(name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1)) + 1;
    String time = date.group("time");
    int second = Integer.parseInt(time.substring(6));
    // The grammar has a second 60: the leap second, which Java's clock does not count.
    boolean leap = second == 60;
    try {
      return Optional.of(
          LocalDateTime.of(
                  year(date.group("year"), now),
                  month,
                  Integer.parseInt(date.group("day").strip()),
                  Integer.parseInt(time.substring(0, 2)),
                  Integer.parseInt(time.substring(3, 5)),
                  leap ? 59 : second)
              .plusSeconds(leap ? 1 : 0)
              .toInstant(ZoneOffset.UTC));
    } catch (DateTimeException noSuchDay) {
      return Optional.empty();
    }
  }

  private static int year(String digits, Instant now) {
    int year = Integer.parseInt(digits);
    if (digits.length() == 4) {
      return year;
    }
    int latest = now.atOffset(ZoneOffset.UTC).getYear() + FURTHEST_YEARS;
    return latest - Math.floorMod(latest - year, 100);
  }

  private static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
  }
}
