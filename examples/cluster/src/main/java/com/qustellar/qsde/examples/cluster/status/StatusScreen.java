package com.qustellar.qsde.examples.cluster.status;

import java.io.IOError;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.TerminalBuilder.SystemOutput;
import org.jline.utils.AttributedString;
import org.jline.utils.Curses;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jspecify.annotations.Nullable;

/**
 * The process's terminal, drawn over four times a second. What it showed before comes back at the
 * end, with what was drawn last below it.
 */
final class StatusScreen implements AutoCloseable {

  private static final long FRAME_MILLIS = 250;
  private static final int END = -1;

  private final Terminal terminal;
  private final PrintWriter out;
  private final Display display;
  private final Attributes attributes;
  private final Thread hook = new Thread(this::release, "qsde-terminal-end");
  private volatile String notice = "";
  private List<String> drawn = List.of();
  private Size size = new Size();
  private boolean released;

  private StatusScreen(Terminal terminal) {
    this.terminal = terminal;
    this.display = new Display(terminal, true);
    this.attributes = terminal.enterRawMode();
    this.out = terminal.writer();
    puts(Capability.enter_ca_mode);
    puts(Capability.cursor_invisible);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Takes the terminal over; returns null where there is none. */
  static @Nullable StatusScreen open() {
    try {
      return new StatusScreen(
          TerminalBuilder.builder()
              .systemOutput(SystemOutput.SysOut)
              .nativeSignals(false)
              .exec(false)
              .dumb(false)
              .build());
    } catch (IOException | IllegalStateException e) {
      return null;
    }
  }

  /** Draws what the supplier says until q is typed, or the terminal ends. */
  void run(Supplier<QueueState> states) throws IOException {
    int typed;
    do {
      draw(states.get());
      typed = terminal.reader().read(FRAME_MILLIS);
    } while (typed != 'q' && typed != END);
  }

  /** Shows a line below the others, in place of the one before. */
  void say(String line) {
    notice = line;
  }

  private synchronized void draw(QueueState state) {
    if (released) {
      return;
    }
    Size now = terminal.getSize();
    Size known = now.getColumns() > 0 && now.getRows() > 0 ? now : new Size(80, 24);
    if (!known.equals(size)) {
      size = known;
      display.resize(size.getRows(), size.getColumns());
      display.clear();
    }
    drawn = new ArrayList<>(StatusText.lines(state, size.getRows() - 2));
    drawn.add(notice);
    display.update(drawn.stream().map(line -> cut(line, size.getColumns() - 1)).toList(), 0);
  }

  private static AttributedString cut(String line, int columns) {
    return new AttributedString(line).columnSubSequence(0, columns);
  }

  private synchronized void release() {
    if (released) {
      return;
    }
    released = true;
    puts(Capability.cursor_normal);
    puts(Capability.exit_ca_mode);
    drawn.forEach(out::println);
    out.flush();
    try {
      terminal.setAttributes(attributes);
    } catch (IllegalStateException | IOError e) {
      // Closed, and that sets them as well; or there is no terminal any more.
    }
  }

  /** Writes past the terminal, which JLine closes first when the process ends. */
  private void puts(Capability capability) {
    Curses.tputs(out, terminal.getStringCapability(capability));
  }

  @Override
  public void close() throws IOException {
    Runtime.getRuntime().removeShutdownHook(hook);
    release();
    terminal.close();
  }
}
