package com.qustellar.qsde.examples.cluster.status;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.TerminalBuilder.SystemOutput;
import org.jline.utils.AttributedString;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jspecify.annotations.Nullable;

/** The last lines of the process's terminal, drawn over four times a second. */
final class StatusScreen implements AutoCloseable {

  private static final long FRAME_MILLIS = 250;
  private static final int END = -1;

  private final Terminal terminal;
  private final Display display;
  private final Attributes attributes;
  private final Thread hook = new Thread(this::release, "qsde-terminal-end");
  private volatile String notice = "";
  private List<String> drawn = List.of();
  private boolean released;

  private StatusScreen(Terminal terminal) {
    this.terminal = terminal;
    this.display = new Display(terminal, false);
    this.attributes = terminal.enterRawMode();
    terminal.puts(Capability.cursor_invisible);
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
    Size size = terminal.getSize();
    int rows = size.getRows() > 0 ? size.getRows() : 24;
    int columns = size.getColumns() > 0 ? size.getColumns() : 80;
    display.resize(rows, columns);
    drawn = new ArrayList<>(StatusText.lines(state, rows - 2));
    drawn.add(notice);
    display.update(drawn.stream().map(line -> cut(line, columns - 1)).toList(), 0);
  }

  private static AttributedString cut(String line, int columns) {
    return new AttributedString(line).columnSubSequence(0, columns);
  }

  /** What was drawn last stays, and the cursor goes below it. */
  private synchronized void release() {
    if (released) {
      return;
    }
    released = true;
    display.update(List.of(), 0);
    terminal.puts(Capability.cursor_normal);
    terminal.setAttributes(attributes);
    drawn.forEach(terminal.writer()::println);
    terminal.flush();
  }

  @Override
  public void close() throws IOException {
    Runtime.getRuntime().removeShutdownHook(hook);
    release();
    terminal.close();
  }
}
