package com.qustellar.qsde.reactor.terminal;

import java.nio.charset.Charset;

/**
 * What a terminal can show.
 *
 * @param unicode whether it knows more than ASCII
 * @param color whether it is to be colored
 */
record Glyphs(boolean unicode, boolean color) {

  private static final String EIGHTHS = "▏▎▍▌▋▊▉";

  /** Returns what a terminal of such a type and encoding can show. */
  static Glyphs of(String type, Charset encoding, boolean color) {
    // The console of Linux has no eighths of a block in its font.
    boolean unicode = !type.equals("linux") && encoding.newEncoder().canEncode(EIGHTHS);
    return new Glyphs(unicode, color);
  }

  /** Returns a bar on so many columns, filled to such a part. */
  String bar(double part, int columns) {
    if (!unicode) {
      int full = (int) (part * columns);
      return "#".repeat(full) + " ".repeat(columns - full);
    }
    int eighths = (int) (part * columns * 8);
    int full = eighths / 8;
    int rest = eighths % 8;
    return "█".repeat(full)
        + (rest == 0 ? "" : EIGHTHS.charAt(rest - 1))
        + " ".repeat(columns - full - (rest == 0 ? 0 : 1));
  }

  /** Returns the one character that stands for what is left out. */
  String ellipsis() {
    return unicode ? "…" : "~";
  }
}
