package com.qustellar.qsde.reactor.terminal;

import com.qustellar.qsde.internal.http.SafeText;
import java.text.Normalizer;
import org.jline.utils.WCWidth;

/** Names from outside, made to fill so many columns of a terminal exactly. */
final class Names {

  /** The most marks on one character: more are no script, but a try to flood the line. */
  private static final int MOST_MARKS = 3;

  private Names() {}

  /**
   * Returns the text on so many columns: padded, or its middle left out, so that the end of a name
   * stays, where names differ.
   */
  static String fit(String text, int columns, Glyphs glyphs) {
    if (isPlain(text) && text.length() <= columns) {
      return text + " ".repeat(columns - text.length());
    }
    String safe = plain(text, glyphs);
    int width = width(safe);
    if (width <= columns) {
      return safe + " ".repeat(columns - width);
    }
    int tail = (columns - 1) / 3;
    int[] codePoints = safe.codePoints().toArray();
    int from = codePoints.length;
    int used = 0;
    while (from > 0 && used + width(codePoints[from - 1]) <= tail) {
      used += width(codePoints[--from]);
    }
    while (from < codePoints.length && width(codePoints[from]) == 0) {
      from++; // marks of a character that is left out
    }
    StringBuilder fitting = new StringBuilder();
    int room = columns - used - 1;
    for (int c : codePoints) {
      room -= width(c);
      if (room < 0) {
        room += width(c);
        break;
      }
      fitting.appendCodePoint(c);
    }
    fitting.append(columns > 0 ? glyphs.ellipsis() : "");
    fitting.append(new String(codePoints, from, codePoints.length - from));
    return fitting.append(" ".repeat(Math.max(0, room))).toString();
  }

  /** Returns the columns that the text takes. */
  static int width(String text) {
    return text.codePoints().map(Names::width).sum();
  }

  private static int width(int codePoint) {
    return Math.max(0, WCWidth.wcwidth(codePoint));
  }

  /**
   * Returns the text with nothing in it that terminals disagree about: no controls, and no
   * sequences of several symbols that one terminal shows as one and another one does not.
   */
  private static String plain(String text, Glyphs glyphs) {
    String composed = Normalizer.normalize(SafeText.strip(text), Normalizer.Form.NFC);
    StringBuilder plain = new StringBuilder(composed.length());
    int marks = 0;
    for (int c : composed.codePoints().toArray()) {
      if (!glyphs.unicode() && c > '~') {
        plain.append('?');
      } else if (c >= 0x1F1E6 && c <= 0x1F1FF) {
        plain.append((char) ('A' + c - 0x1F1E6)); // a flag is two letters
      } else if (width(c) > 0) {
        plain.appendCodePoint(c);
        marks = 0;
      } else if (isMark(c) && ++marks <= MOST_MARKS && plain.length() > 0) {
        plain.appendCodePoint(c);
      }
    }
    return plain.toString();
  }

  /** Whether it is printable ASCII, as nearly all names are: those cost nothing. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }

  /** Whether it is an accent or a vowel sign; not so a variation selector, which changes widths. */
  private static boolean isMark(int c) {
    int type = Character.getType(c);
    return (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK)
        && !(c >= 0xFE00 && c <= 0xFE0F)
        && !(c >= 0xE0100 && c <= 0xE01EF);
  }
}
