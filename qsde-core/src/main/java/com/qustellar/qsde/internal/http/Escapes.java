package com.qustellar.qsde.internal.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HexFormat;

/** Percent-escapes (RFC 3986 §2.1). */
final class Escapes {

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private Escapes() {}

  /** Percent-escapes, as UTF-8, all that is neither alphanumeric, nor legal, nor an escape. */
  static String escape(String text, String legal) {
    int plain = plain(text, legal);
    if (plain == text.length()) {
      return text; // as most are
    }
    StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, plain);
    for (int i = plain; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (isPlain(c, legal) || isEscape(text, i)) {
        escaped.append((char) c);
      } else {
        int known = Character.getType(c) == Character.SURROGATE ? 0xFFFD : c;
        for (byte b : Character.toString(known).getBytes(UTF_8)) {
          escaped.append('%').append(HEX.toHexDigits(b));
        }
      }
      i += Character.charCount(c);
    }
    return escaped.toString();
  }

  /** Returns how many characters at the beginning stay as they are, escapes aside. */
  private static int plain(String text, String legal) {
    int end = 0;
    while (end < text.length() && isPlain(text.charAt(end), legal)) {
      end++;
    }
    return end;
  }

  private static boolean isPlain(int c, String legal) {
    return isAlphanumeric(c) || legal.indexOf(c) >= 0;
  }

  private static boolean isAlphanumeric(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static boolean isEscape(String text, int i) {
    return text.charAt(i) == '%'
        && i + 2 < text.length()
        && Character.digit(text.charAt(i + 1), 16) >= 0
        && Character.digit(text.charAt(i + 2), 16) >= 0
        && text.charAt(i + 1) < 128
        && text.charAt(i + 2) < 128;
  }
}
