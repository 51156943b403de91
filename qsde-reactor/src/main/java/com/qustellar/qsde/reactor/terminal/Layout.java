package com.qustellar.qsde.reactor.terminal;

import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.internal.progress.Figures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/**
 * The columns of a frame. They depend on the terminal's width and on nothing else, so that none
 * moves while numbers grow.
 *
 * <p>The least important are left out first where there is not room for all. A width of 0 means
 * left out.
 *
 * @param name columns for the name
 * @param bar columns for the bar, without its brackets
 * @param size whether the size is shown
 * @param speed whether the speed is shown
 * @param eta whether the time left is shown
 * @param detail columns for connections and retries
 */
record Layout(int name, int bar, boolean size, boolean speed, boolean eta, int detail) {

  private static final int PERCENT = 4;
  private static final int SIZE = 10;
  private static final int SPEED = 12;
  private static final int ETA = 8;
  private static final int SHORT_DETAIL = 7;
  private static final int LONG_DETAIL = 19;
  private static final int SHORTEST_BAR = 10;
  static final int LONGEST_BAR = 40;
  private static final int SHORTEST_NAME = 14;
  private static final int LONGEST_NAME = 48;
  private static final int GAP = 2;

  private static final AttributedStyle PLAIN = AttributedStyle.DEFAULT;
  private static final AttributedStyle BAR = PLAIN.foreground(AttributedStyle.CYAN);
  private static final AttributedStyle TROUBLE = PLAIN.foreground(AttributedStyle.YELLOW);
  private static final AttributedStyle FAINT = PLAIN.faint();

  /** Lays the columns out for a terminal. Its last one stays empty: writing there may wrap. */
  static Layout of(int columns) {
    int room = columns - 1 - SHORTEST_NAME - GAP - PERCENT;
    boolean speed = room >= GAP + SPEED;
    room -= speed ? GAP + SPEED : 0;
    boolean eta = speed && room >= GAP + ETA;
    room -= eta ? GAP + ETA : 0;
    boolean bar = eta && room >= GAP + SHORTEST_BAR + 2;
    room -= bar ? GAP + SHORTEST_BAR + 2 : 0;
    boolean size = bar && room >= GAP + SIZE;
    room -= size ? GAP + SIZE : 0;
    int detail = !size || room < GAP + SHORT_DETAIL ? 0 : SHORT_DETAIL;
    detail = detail > 0 && room >= GAP + LONG_DETAIL + 6 ? LONG_DETAIL : detail;
    room -= detail > 0 ? GAP + detail : 0;
    int more = bar ? Math.max(0, Math.min(LONGEST_BAR - SHORTEST_BAR, room / 2)) : 0;
    int name = Math.min(LONGEST_NAME, SHORTEST_NAME + room - more);
    return new Layout(Math.max(0, name), bar ? SHORTEST_BAR + more : 0, size, speed, eta, detail);
  }

  /** Returns how many rows have room above the line of totals; one line stays free above all. */
  static int rows(int lines) {
    return Math.max(0, lines - 2);
  }

  /**
   * Returns the lines of a frame, none wider than the terminal less one: a line for each row, the
   * last of them {@code and N more} where they are too many, and a line of totals.
   *
   * @param rows the downloads that run
   * @param totals all together
   * @param columns the terminal's width
   * @param lines the terminal's height
   * @param glyphs what it can show
   */
  static List<AttributedString> frame(
      List<Row> rows, Totals totals, int columns, int lines, Glyphs glyphs) {
    Layout layout = of(columns);
    int room = rows(lines);
    int shown = rows.size() <= room ? rows.size() : Math.max(0, room - 1);
    List<AttributedString> frame = new ArrayList<>(shown + 2);
    for (Row row : rows.subList(0, shown)) {
      frame.add(layout.line(row, glyphs));
    }
    if (shown < rows.size() && room > 0) {
      String more = "and " + (rows.size() - shown) + " more";
      frame.add(styled(cut(more, columns), FAINT, glyphs));
    }
    frame.add(layout.line(totals, glyphs));
    return frame.stream().map(line -> line.columnSubSequence(0, Math.max(0, columns - 1))).toList();
  }

  private AttributedString line(Row row, Glyphs glyphs) {
    Progress progress = row.numbers();
    Progress newest = row.newest();
    boolean moves = progress.state() == DownloadState.DOWNLOADING;
    AttributedStyle bars = newest.state() == DownloadState.WAITING ? TROUBLE : BAR;
    AttributedStyle troubled = progress.retries() > 0 ? TROUBLE : PLAIN;
    AttributedStringBuilder line = new AttributedStringBuilder();
    line.append(Names.fit(row.name(), name, glyphs));
    if (bar > 0) {
      double part = Figures.part(newest.bytesReceived(), newest.totalBytes());
      line.append("  [");
      append(line, glyphs.bar(part, bar), bars, glyphs);
      line.append("]");
    }
    String percent = Figures.percent(progress.bytesReceived(), progress.totalBytes());
    right(line, percent, PERCENT, PLAIN, glyphs);
    if (size) {
      long bytes = progress.totalBytes().orElse(progress.bytesReceived());
      right(line, Figures.size(bytes), SIZE, PLAIN, glyphs);
    }
    if (speed) {
      String text = moves ? Figures.speed(progress.bytesPerSecond()) : word(progress.state());
      right(line, text, SPEED, moves ? PLAIN : FAINT, glyphs);
    }
    if (eta) {
      Duration left = moves ? progress.eta() : null;
      right(line, left == null ? "" : Figures.clock(left), ETA, PLAIN, glyphs);
    }
    if (detail > 0) {
      line.append("  ");
      append(line, detail(progress.activeSegments(), progress.retries()), troubled, glyphs);
    }
    return line.toAttributedString();
  }

  private AttributedString line(Totals totals, Glyphs glyphs) {
    AttributedStringBuilder line = new AttributedStringBuilder();
    int left = name + (bar > 0 ? GAP + bar + 2 : 0) + GAP + PERCENT;
    line.append(Names.fit(totals.counts(), left, glyphs));
    if (size) {
      right(line, Figures.size(totals.bytes()), SIZE, PLAIN, glyphs);
    }
    if (speed) {
      right(line, Figures.speed(totals.bytesPerSecond()), SPEED, PLAIN, glyphs);
    }
    if (eta) {
      right(line, totals.eta() == null ? "" : Figures.clock(totals.eta()), ETA, PLAIN, glyphs);
    }
    if (detail > 0) {
      line.append("  ").append(detail(totals.connections(), 0));
    }
    return line.toAttributedString();
  }

  /** Returns connections and retries, in the words that there is room for. */
  private String detail(int connections, int retries) {
    boolean words = detail == LONG_DETAIL;
    String open = words ? connections + " conn" : connections + "c";
    String again = words ? (retries == 1 ? " retry" : " retries") : "r";
    String both = retries == 0 ? open : open + (words ? ", " : " ") + retries + again;
    return both.length() <= detail ? both : both.substring(0, detail);
  }

  private static String word(DownloadState state) {
    return switch (state) {
      case QUEUED -> "queued";
      case CONNECTING -> "connecting";
      case DOWNLOADING -> "downloading";
      case WAITING -> "waiting";
      case PAUSED -> "paused";
      case VERIFYING -> "verifying";
      case COMPLETED -> "completed";
      case FAILED -> "failed";
      case CANCELLED -> "cancelled";
    };
  }

  private static void right(
      AttributedStringBuilder line,
      String text,
      int columns,
      AttributedStyle style,
      Glyphs glyphs) {
    line.append(" ".repeat(GAP + Math.max(0, columns - text.length())));
    append(line, text, style, glyphs);
  }

  private static void append(
      AttributedStringBuilder line, String text, AttributedStyle style, Glyphs glyphs) {
    line.append(text, glyphs.color() ? style : PLAIN);
  }

  private static AttributedString styled(String text, AttributedStyle style, Glyphs glyphs) {
    return new AttributedString(text, glyphs.color() ? style : PLAIN);
  }

  private static String cut(String text, int columns) {
    return text.substring(0, Math.min(text.length(), Math.max(0, columns - 1)));
  }
}
