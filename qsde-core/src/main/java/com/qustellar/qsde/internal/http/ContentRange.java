package com.qustellar.qsde.internal.http;

import com.qustellar.qsde.internal.plan.ByteRange;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The value of a Content-Range field (RFC 9110 §14.4). */
public sealed interface ContentRange {

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
    Matcher part = Grammar.PART.matcher(value);
    if (part.matches()) {
      return part(part.group(1), part.group(2), part.group(3));
    }
    Matcher unsatisfied = Grammar.UNSATISFIED.matcher(value);
    if (unsatisfied.matches()) {
      return Decimal.parse(unsatisfied.group(1)).stream()
          .<ContentRange>mapToObj(Unsatisfied::new)
          .findFirst();
    }
    return Optional.empty();
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

  /** The two forms, with the whitespace that RFC 9110 §5.5 allows around a value. */
  final class Grammar {

    private static final Pattern PART =
        Pattern.compile("[ \\t]*+(?i:bytes) ([0-9]++)-([0-9]++)/([0-9]++|\\*)[ \\t]*+");

    private static final Pattern UNSATISFIED =
        Pattern.compile("[ \\t]*+(?i:bytes) \\*/([0-9]++)[ \\t]*+");

    private Grammar() {}
  }
}
