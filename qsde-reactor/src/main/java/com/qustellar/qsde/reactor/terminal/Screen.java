package com.qustellar.qsde.reactor.terminal;

import java.io.IOException;
import java.util.List;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.TerminalBuilder.SystemOutput;
import org.jline.utils.InfoCmp;
import org.jspecify.annotations.Nullable;

/** The view on a terminal that it has taken over. */
final class Screen {

  /** What nearly all terminals understand, and JLine takes for those it knows nothing of. */
  private static final String COMMON = "ansi";

  private static @Nullable Terminal system;

  private final Canvas canvas;
  private final Glyphs glyphs;
  private List<Row> drawnRows = List.of();
  private @Nullable Totals drawnTotals;
  private @Nullable Size drawnSize;

  private Screen(Terminal terminal) {
    String noColor = System.getenv("NO_COLOR");
    boolean color = noColor == null || noColor.isEmpty();
    glyphs = Glyphs.of(terminal.getType(), terminal.encoding(), color);
    canvas = Canvas.open(terminal);
  }

  /** Takes a terminal over; returns null where it can do no more than print. */
  static @Nullable Screen of(Terminal terminal) {
    return Canvas.isPossible(terminal) ? new Screen(terminal) : null;
  }

  /**
   * Takes the process's terminal over; returns null where there is none.
   *
   * <p>JLine has one of it, and closing that would close standard input: it is opened once, and
   * stays.
   */
  static synchronized @Nullable Screen ofSystem() {
    try {
      if (system == null) {
        system =
            TerminalBuilder.builder()
                .type(type(System.getenv("TERM")))
                .systemOutput(SystemOutput.SysErr)
                .nativeSignals(false)
                .exec(false) // a process for each look at the size
                .dumb(false)
                .build();
      }
      return of(system);
    } catch (IOException | IllegalStateException e) {
      return null;
    }
  }

  /**
   * Returns the type that JLine is to take the terminal for, null to leave it to JLine. Of one that
   * this machine does not know, as after a login from elsewhere, it would log a stack trace.
   */
  private static @Nullable String type(@Nullable String told) {
    if (told == null) {
      return null;
    }
    try {
      InfoCmp.getInfoCmp(told);
      return told;
    } catch (IOException e) {
      return COMMON;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return COMMON;
    }
  }

  /** Draws a frame, below lines that stay; returns how many rows have room. */
  int draw(List<String> above, List<Row> rows, Totals totals) {
    Size size = canvas.size();
    boolean same = rows.equals(drawnRows) && totals.equals(drawnTotals) && size.equals(drawnSize);
    if (!same || !above.isEmpty()) {
      canvas.draw(above, Layout.frame(rows, totals, size.getColumns(), size.getRows(), glyphs));
      drawnRows = List.copyOf(rows);
      drawnTotals = totals;
      drawnSize = size;
    }
    return Layout.rows(size.getRows());
  }

  /** Prints lines, and gives the terminal back. */
  void close(List<String> above) {
    canvas.close(above);
  }
}
