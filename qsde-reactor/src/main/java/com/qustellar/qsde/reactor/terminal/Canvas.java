package com.qustellar.qsde.reactor.terminal;

import java.io.IOError;
import java.io.PrintWriter;
import java.util.List;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.Curses;
import org.jline.utils.InfoCmp.Capability;

/**
 * The last lines of a terminal, drawn over where their text differs, with lines that stay above
 * them.
 *
 * <p>The cursor is hidden, and what is typed is not echoed, between {@link #open} and {@link
 * #close}. Between two drawings the cursor stands at the start of the last line that is drawn. All
 * that a drawing writes goes out with one flush. (JLine's own Display compares characters, not code
 * points: of two emoji it would write half of one.) Not safe for use by several threads at once.
 */
final class Canvas {

  private final Terminal terminal;
  private final PrintWriter out;
  private final Attributes attributes;
  private List<AttributedString> drawn = List.of();
  private Size size;
  private int row;
  private int column;

  private Canvas(Terminal terminal) {
    this.terminal = terminal;
    this.out = terminal.writer();
    this.attributes = terminal.getAttributes();
    this.size = terminal.getSize();
  }

  /** Takes the terminal over. */
  static Canvas open(Terminal terminal) {
    Canvas canvas = new Canvas(terminal);
    Attributes quiet = new Attributes(canvas.attributes);
    quiet.setLocalFlag(LocalFlag.ECHO, false);
    terminal.setAttributes(quiet);
    canvas.puts(Capability.cursor_invisible);
    return canvas;
  }

  /** Returns whether the terminal can do what a canvas does. */
  static boolean isPossible(Terminal terminal) {
    return terminal.getStringCapability(Capability.parm_up_cursor) != null
        && terminal.getStringCapability(Capability.parm_right_cursor) != null
        && terminal.getStringCapability(Capability.cursor_down) != null
        && terminal.getStringCapability(Capability.carriage_return) != null
        && terminal.getStringCapability(Capability.clr_eos) != null
        && terminal.getStringCapability(Capability.clr_eol) != null;
  }

  /** Returns the terminal's size as it is now; 80 by 24 where it does not tell. */
  Size size() {
    Size now = terminal.getSize();
    Size known = now.getColumns() > 0 && now.getRows() > 0 ? now : new Size(80, 24);
    if (!known.equals(size)) {
      resized(known);
    }
    return known;
  }

  /**
   * Forgets what is drawn. A terminal that has become narrower has broken the lines which are too
   * long now, the cursor's own excepted up to its start.
   */
  private void resized(Size now) {
    size = now;
    int above = 0;
    for (int i = 0; i < drawn.size() - 1; i++) {
      above += rowsOf(drawn.get(i));
    }
    up(above);
    puts(Capability.clr_eos);
    drawn = List.of();
    row = 0;
    column = 0;
  }

  /** Writes lines that stay above those that are drawn, and then those; one flush for all. */
  void draw(List<String> above, List<AttributedString> lines) {
    if (above.isEmpty() && lines.equals(drawn)) {
      return;
    }
    above.forEach(this::insert);
    for (int i = 0; i < lines.size(); i++) {
      if (i < drawn.size()) {
        drawOver(i, drawn.get(i), lines.get(i));
      } else {
        startLine(i);
        write(lines.get(i));
      }
    }
    if (lines.size() < drawn.size()) {
      moveTo(lines.size(), 0);
      puts(Capability.clr_eos);
    }
    drawn = List.copyOf(lines);
    moveTo(Math.max(0, drawn.size() - 1), 0);
    out.flush();
  }

  /** Removes what is drawn and gives the terminal back as it was. */
  void close(List<String> above) {
    draw(above, List.of());
    moveTo(0, 0);
    puts(Capability.clr_eos); // what the terminal itself has shown there, ^C perhaps
    puts(Capability.cursor_normal);
    out.flush();
    try {
      terminal.setAttributes(attributes);
    } catch (IllegalStateException | IOError e) {
      // Closed, and that sets them as well; or there is no terminal any more.
    }
  }

  /** Writes a line above what is drawn, which the terminal moves down as it is where it can. */
  private void insert(String text) {
    AttributedString line = new AttributedString(text);
    int rows = rowsOf(line);
    boolean moves =
        rows + drawn.size() <= size.getRows()
            && terminal.getStringCapability(Capability.parm_insert_line) != null;
    if (drawn.isEmpty() || !moves) {
      moveTo(0, 0);
      puts(Capability.clr_eos);
      drawn = List.of();
    } else {
      moveTo(drawn.size() - 1, 0);
      for (int i = 0; i < rows; i++) {
        newLine();
      }
      moveTo(0, 0);
      puts(Capability.parm_insert_line, rows);
    }
    out.print(text);
    newLine();
    row = 0;
    column = 0;
  }

  private void drawOver(int at, AttributedString old, AttributedString next) {
    if (old.equals(next)) {
      return;
    }
    int from = commonStart(old, next);
    boolean sameWidth = old.columnLength() == next.columnLength();
    int kept = sameWidth ? commonEnd(old, next, from) : 0;
    moveTo(at, next.substring(0, from).columnLength());
    write(next.substring(from, next.length() - kept));
    if (old.columnLength() > next.columnLength()) {
      puts(Capability.clr_eol);
    }
  }

  private static int commonStart(AttributedString a, AttributedString b) {
    int most = Math.min(a.length(), b.length());
    int i = 0;
    while (i < most && isSame(a, i, b, i)) {
      i++;
    }
    while (i > 0 && (continues(a, i) || continues(b, i))) {
      i--;
    }
    return i;
  }

  private static int commonEnd(AttributedString a, AttributedString b, int from) {
    int most = Math.min(a.length(), b.length()) - from;
    int i = 0;
    while (i < most && isSame(a, a.length() - i - 1, b, b.length() - i - 1)) {
      i++;
    }
    while (i > 0 && (continues(a, a.length() - i) || continues(b, b.length() - i))) {
      i--;
    }
    return i;
  }

  private static boolean isSame(AttributedString a, int i, AttributedString b, int j) {
    return a.charAt(i) == b.charAt(j) && a.styleAt(i).equals(b.styleAt(j));
  }

  /** Returns whether the character at a position belongs to the one before: half of it, a mark. */
  private static boolean continues(AttributedString text, int at) {
    return at < text.length()
        && (Character.isLowSurrogate(text.charAt(at))
            || Character.getType(Character.codePointAt(text, at)) == Character.NON_SPACING_MARK
            || Character.getType(Character.codePointAt(text, at)) == Character.ENCLOSING_MARK);
  }

  private void write(AttributedString text) {
    out.print(text.toAnsi(terminal));
    column += text.columnLength();
  }

  /** Goes to the start of a line below those that were there, for the first time. */
  private void startLine(int at) {
    if (at > 0) {
      moveTo(at - 1, 0);
      newLine();
    }
  }

  private void moveTo(int toRow, int toColumn) {
    up(row - toRow);
    for (; row < toRow; row++) {
      puts(Capability.cursor_down);
      column = 0; // some terminals go to the start as well
      puts(Capability.carriage_return);
    }
    row = toRow;
    if (toColumn < column) {
      puts(Capability.carriage_return);
      column = 0;
    }
    if (toColumn > column) {
      puts(Capability.parm_right_cursor, toColumn - column);
      column = toColumn;
    }
  }

  private void up(int rows) {
    if (rows > 0) {
      puts(Capability.parm_up_cursor, rows);
      row -= rows;
    }
  }

  /** Goes to the start of the next line; the screen scrolls where there is none. */
  private void newLine() {
    out.print("\r\n");
    row++;
    column = 0;
  }

  /**
   * Writes past the terminal, which JLine closes first when the process ends. A terminal that can't
   * hide its cursor, as those of the type ansi, shows it.
   */
  private void puts(Capability capability, Object... arguments) {
    String text = terminal.getStringCapability(capability);
    if (text != null) {
      Curses.tputs(out, text, arguments);
    }
  }

  /** Returns how many lines of the terminal a text takes. */
  private int rowsOf(AttributedString text) {
    return Math.max(1, text.columnSplitLength(Math.max(1, size.getColumns())).size());
  }
}
