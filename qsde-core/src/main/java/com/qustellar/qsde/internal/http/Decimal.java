package com.qustellar.qsde.internal.http;

import java.util.OptionalLong;

/** The numbers of HTTP's fields: {@code 1*DIGIT}, without sign, space or group. */
public final class Decimal {

  private Decimal() {}

  /** {@return whether a text is at least one ASCII digit and nothing else} */
  public static boolean isDecimal(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** {@return the number, empty where the text is none or the number is above a long} */
  public static OptionalLong parse(String text) {
    if (!isDecimal(text)) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException tooLarge) {
      return OptionalLong.empty();
    }
  }
}
