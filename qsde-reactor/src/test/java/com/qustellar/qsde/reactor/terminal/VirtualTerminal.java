package com.qustellar.qsde.reactor.terminal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jline.builtins.ScreenTerminal;
import org.jline.terminal.Size;
import org.jline.terminal.impl.LineDisciplineTerminal;

/** A terminal in memory: the bytes that it was sent, and the screen that they make. */
final class VirtualTerminal implements AutoCloseable {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final LineDisciplineTerminal terminal;
  private final ScreenTerminal screen;
  private int read;

  VirtualTerminal(int columns, int rows) {
    this("xterm-256color", columns, rows);
  }

  VirtualTerminal(String type, int columns, int rows) {
    try {
      terminal = new LineDisciplineTerminal("test", type, bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    screen = new ScreenTerminal(columns, rows);
    terminal.setSize(new Size(columns, rows));
  }

  LineDisciplineTerminal terminal() {
    return terminal;
  }

  /** Makes it wider or narrower, the lines on it as they are. */
  void resize(int columns, int rows) {
    lines();
    screen.setSize(columns, rows);
    terminal.setSize(new Size(columns, rows));
  }

  /** Returns the lines on the screen, without the empty ones at its end. */
  synchronized List<String> lines() {
    String all = sent();
    screen.write(all.substring(read));
    read = all.length();
    return screen.toString().stripTrailing().lines().map(String::stripTrailing).toList();
  }

  /** Returns all that it was sent. */
  String sent() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  int bytes() {
    return bytes.size();
  }

  @Override
  public void close() {
    try {
      terminal.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
