package com.qustellar.qsde.examples.launcher;

import java.util.Locale;

/** Sizes and times for people. */
final class Words {

  private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};

  private Words() {}

  /** Returns such as {@code 12.3 MiB}. */
  static String size(long bytes) {
    int unit = unit(bytes);
    return number(bytes, unit) + " " + UNITS[unit];
  }

  /** Returns such as {@code 1.2 of 12.3 MiB}, both in the unit of the second. */
  static String part(long bytes, long all) {
    return number(bytes, unit(all)) + " of " + size(all);
  }

  /** Returns such as {@code 1:02:03 left}. */
  static String left(long seconds) {
    long hours = seconds / 3600;
    long minutes = seconds / 60 % 60;
    return hours > 0
        ? String.format(Locale.ROOT, "%d:%02d:%02d left", hours, minutes, seconds % 60)
        : String.format(Locale.ROOT, "%d:%02d left", minutes, seconds % 60);
  }

  /** Returns such as {@code 1 file} or {@code 2 files}. */
  static String files(long count) {
    return count == 1 ? "1 file" : count + " files";
  }

  private static int unit(long bytes) {
    int unit = 0;
    while (unit < UNITS.length - 1 && in(bytes, unit) >= 1000) {
      unit++;
    }
    return unit;
  }

  private static String number(long bytes, int unit) {
    return String.format(Locale.ROOT, "%.1f", in(bytes, unit));
  }

  private static double in(long bytes, int unit) {
    return bytes / Math.pow(1024, unit + 1);
  }
}
