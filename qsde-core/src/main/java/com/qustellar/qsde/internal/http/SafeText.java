package com.qustellar.qsde.internal.http;

/** Text from outside, made fit for a terminal and a log. */
public final class SafeText {

  private SafeText() {}

  /**
   * {@return the text on one line without control, escape and bidi characters; tabs and line breaks
   * become spaces, unpaired surrogates U+FFFD}
   *
   * @param text what a server, a URI or a file system said
   */
  public static String strip(String text) {
    if (isPlain(text)) {
      return text;
    }
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c == '\t' || c == '\n' || c == '\r' ? ' ' : c)
        .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
        .filter(c -> !Character.isISOControl(c) && !isLayout(c))
        .forEach(safe::appendCodePoint);
    return safe.toString();
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }

  /**
   * {@return the text made safe and cut to a length}
   *
   * @param text what was said
   * @param longest the most characters to keep; an ellipsis follows where some were cut
   */
  public static String strip(String text, int longest) {
    String safe = strip(text);
    if (safe.length() <= longest) {
      return safe;
    }
    int end = Character.isHighSurrogate(safe.charAt(longest - 1)) ? longest - 1 : longest;
    return safe.substring(0, end) + "…";
  }

  /** Bidi controls (Unicode's Bidi_Control), and the line and paragraph separators. */
  private static boolean isLayout(int c) {
    return c == 0x061C
        || c == 0x200E
        || c == 0x200F
        || (c >= 0x2028 && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069);
  }
}
