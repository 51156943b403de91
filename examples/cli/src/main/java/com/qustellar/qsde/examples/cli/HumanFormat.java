package com.qustellar.qsde.examples.cli;

import java.time.Duration;
import java.util.Locale;

/** Sizes, speeds and times as people read them. K, M and G are powers of 1024. */
final class HumanFormat {

  private static final String UNITS = "KMGTPE";

  private HumanFormat() {}

  /** Returns a size as {@code 512 B} or {@code 45.3 MiB}: at most 10 characters. */
  static String size(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    int unit = -1;
    double value = bytes;
    // From 1023.95 on it would round to 1024.0, which is 1.0 of the next unit.
    while (value >= 1023.95) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %ciB", value, UNITS.charAt(unit));
  }

  /** Returns a speed as {@code 45.3 MiB/s}: at most 12 characters. */
  static String speed(long bytesPerSecond) {
    return size(bytesPerSecond) + "/s";
  }

  /** Returns the average speed, that of the first millisecond if it took less. */
  static long bytesPerSecond(long bytes, Duration elapsed) {
    return Math.round(bytes * 1000.0 / Math.max(1, elapsed.toMillis()));
  }

  /** Returns how long something took, as {@code 0.4 s}, {@code 2 min 5 s} or {@code 1 h 2 min}. */
  static String elapsed(Duration time) {
    if (time.toMillis() < 59_950) {
      return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
    Duration rounded = Duration.ofSeconds((time.toMillis() + 500) / 1000);
    return rounded.toHours() > 0
        ? rounded.toHours() + " h " + rounded.toMinutesPart() + " min"
        : rounded.toMinutes() + " min " + rounded.toSecondsPart() + " s";
  }

  /** Returns the text with what would move a terminal's cursor or turn its writing replaced. */
  static String printable(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints()
        .map(
            c ->
                switch (Character.getType(c)) {
                  case Character.CONTROL,
                      Character.FORMAT,
                      Character.LINE_SEPARATOR,
                      Character.PARAGRAPH_SEPARATOR,
                      Character.SURROGATE ->
                      '?';
                  default -> c;
                })
        .forEach(printable::appendCodePoint);
    return printable.toString();
  }
}
