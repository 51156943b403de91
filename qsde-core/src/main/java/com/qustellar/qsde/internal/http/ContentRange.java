package com.qustellar.qsde.internal.http;

import com.qustellar.qsde.internal.plan.ByteRange;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** The value of a Content-Range field (RFC 9110 §14.4). */
public sealed interface ContentRange {

  /** In lower case, and with the space that stands between it and the range. */
  String UNIT = "bytes ";

  /**
   * The range that a 206 carries.
   *
   * @param range the bytes, at least one
   * @param total the length of the whole file, empty where the server does not know it
   */
  record Part(ByteRange range, OptionalLong total) implements ContentRange {}

  /**
   * What a 416 tells: how long the file is.
   *
   * @param total the length of the whole file
   */
  record Unsatisfied(long total) implements ContentRange {}

  /**
   * {@return what a field value says, empty where it does not follow the grammar or contradicts
   * itself}
   *
   * <p>The unit compares without case (RFC 9110 §14.1). Refused are other units, a range that ends
   * before it begins or behind the file's end, and every number that a long cannot hold.
   *
   * @param value the field value, such as {@code bytes 0-99/1000}
   */
  static Optional<ContentRange> parse(String value) {
    String text = withoutBlanks(value);
    int slash = text.lastIndexOf('/');
    if (slash < 0 || !text.toLowerCase(Locale.ROOT).startsWith(UNIT)) {
      return Optional.empty();
    }
    String range = text.substring(UNIT.length(), slash);
    String length = text.substring(slash + 1);
    if (range.equals("*")) {
      OptionalLong total = Decimal.parse(length);
      return total.isPresent() ? Optional.of(new Unsatisfied(total.getAsLong())) : Optional.empty();
    }
    int dash = range.indexOf('-');
    return dash < 0
        ? Optional.empty()
        : part(range.substring(0, dash), range.substring(dash + 1), length);
  }

  private static Optional<ContentRange> part(String first, String last, String length) {
    OptionalLong start = Decimal.parse(first);
    OptionalLong end = Decimal.parse(last);
    OptionalLong total = Decimal.parse(length);
    if (start.isEmpty() || end.isEmpty() || (total.isEmpty() && !length.equals("*"))) {
      return Optional.empty();
    }
    long endInclusive = end.getAsLong();
    if (endInclusive < start.getAsLong() || endInclusive >= total.orElse(Long.MAX_VALUE)) {
      return Optional.empty();
    }
    return Optional.of(new Part(new ByteRange(start.getAsLong(), endInclusive + 1), total));
  }

  /** RFC 9110 §5.5 allows spaces and tabs around a value, and no other whitespace. */
  private static String withoutBlanks(String value) {
    int from = 0;
    int to = value.length();
    while (from < to && isBlank(value.charAt(from))) {
      from++;
    }
    while (to > from && isBlank(value.charAt(to - 1))) {
      to--;
    }
    return value.substring(from, to);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
