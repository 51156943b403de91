package com.qustellar.qsde.internal.progress;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes, speeds and times as people read them. K, M and G are powers of 1024. */
public final class Figures {

  private static final String UNITS = "KMGTPE";
  private static final Duration LONGEST = Duration.ofHours(100);

  private static final Pattern SIZE =
      Pattern.compile("(\\d{1,19})([KMG]?)", Pattern.CASE_INSENSITIVE);

  private Figures() {}

  /**
   * Reads a size such as {@code 65536}, {@code 64K} or {@code 1g}.
   *
   * @param text the size
   * @return bytes
   * @throws IllegalArgumentException if it is none; the message quotes it
   */
  public static long parseSize(String text) {
    Matcher size = SIZE.matcher(text);
    if (!size.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no size: give bytes, or a number and K, M or G, as in 64K");
    }
    int shift =
        switch (size.group(2)) {
          case "K", "k" -> 10;
          case "M", "m" -> 20;
          case "G", "g" -> 30;
          default -> 0;
        };
    try {
      return Math.multiplyExact(Long.parseLong(size.group(1)), 1L << shift);
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is too large", e);
    }
  }

  /**
   * Returns a size.
   *
   * @param bytes at least 0
   * @return such as {@code 512 B} or {@code 45.3 MiB}: at most 10 characters
   */
  public static String size(long bytes) {
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
    return tenths(value) + " " + UNITS.charAt(unit) + "iB";
  }

  /**
   * Returns a speed.
   *
   * @param bytesPerSecond at least 0
   * @return such as {@code 45.3 MiB/s}: at most 12 characters
   */
  public static String speed(long bytesPerSecond) {
    return size(bytesPerSecond) + "/s";
  }

  /**
   * Returns the average speed, that of the first millisecond if it took less.
   *
   * @param bytes how many came
   * @param elapsed in which time
   * @return bytes a second
   */
  public static long bytesPerSecond(long bytes, Duration elapsed) {
    return Math.round(bytes * 1000.0 / Math.max(1, elapsed.toMillis()));
  }

  /**
   * Returns a time to come, as a clock shows it.
   *
   * @param time at least 0
   * @return such as {@code 0:07} or {@code 1:02:03}: at most 8 characters
   */
  public static String clock(Duration time) {
    if (time.compareTo(LONGEST) >= 0) {
      return "> 4 days";
    }
    String seconds = twoDigits(time.toSecondsPart());
    return time.toHours() > 0
        ? time.toHours() + ":" + twoDigits(time.toMinutesPart()) + ":" + seconds
        : time.toMinutes() + ":" + seconds;
  }

  /**
   * Returns how long something took.
   *
   * @param time at least 0
   * @return such as {@code 0.4 s}, {@code 2 min 5 s} or {@code 1 h 2 min}
   */
  public static String elapsed(Duration time) {
    if (time.toMillis() < 59_950) {
      return tenths(time.toMillis() / 1000.0) + " s";
    }
    Duration rounded = Duration.ofSeconds((time.toMillis() + 500) / 1000);
    return rounded.toHours() > 0
        ? rounded.toHours() + " h " + rounded.toMinutesPart() + " min"
        : rounded.toMinutes() + " min " + rounded.toSecondsPart() + " s";
  }

  /**
   * Returns the whole percents that are done.
   *
   * @param bytes how many are there
   * @param total how many there are to be
   * @return 100 only when nothing is left; an empty text where the total is unknown
   */
  public static String percent(long bytes, OptionalLong total) {
    return total.isEmpty() ? "" : (int) (100 * part(bytes, total)) + "%";
  }

  /**
   * Returns the part that is done.
   *
   * @param bytes how many are there
   * @param total how many there are to be
   * @return 0 to 1; about 0 where the total is unknown
   */
  public static double part(long bytes, OptionalLong total) {
    long all = total.orElse(Long.MAX_VALUE);
    return all <= bytes ? 1 : (double) Math.max(0, bytes) / all;
  }

  private static String tenths(double value) {
    long tenths = Math.round(value * 10);
    return tenths / 10 + "." + tenths % 10;
  }

  private static String twoDigits(int value) {
    return value < 10 ? "0" + value : String.valueOf(value);
  }
}
