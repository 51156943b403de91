package com.qustellar.qsde.examples.benchmarks;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: K, M and G are powers of 1024, as are KiB, MiB and GiB. */
final class Size {

  static final long GIB = 1L << 30;

  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([KMG]?)(?:IB)?");

  private Size() {}

  static long parse(String text) {
    Matcher matcher = SIZE.matcher(text.toUpperCase(Locale.ROOT));
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
      throw new IllegalArgumentException("'" + text + "' is no size such as 64M or 1G");
    }
    return Long.parseLong(matcher.group(1)) << shift(matcher.group(2));
  }

  static String format(long bytes) {
    for (String unit : new String[] {"G", "M", "K"}) {
      int shift = shift(unit);
      if (bytes >> shift << shift == bytes) {
        return (bytes >> shift) + " " + unit + "iB";
      }
    }
    return bytes + " bytes";
  }

  private static int shift(String unit) {
    return switch (unit) {
      case "K" -> 10;
      case "M" -> 20;
      case "G" -> 30;
      default -> 0;
    };
  }
}
