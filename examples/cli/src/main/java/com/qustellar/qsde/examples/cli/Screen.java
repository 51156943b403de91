package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.terminal.TerminalProgress;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Where the command writes.
 *
 * @param out for what programs read: JSON lines, in UTF-8
 * @param err for what people read: progress, summary, errors
 * @param terminal whether {@code err} is a terminal
 */
record Screen(PrintStream out, PrintStream err, boolean terminal) {

  /** Returns the process's own; the launcher tells what it knows of the terminal. */
  static Screen ofProcess() {
    // System.console() asks for stdin and stdout as well, and means another thing from JDK 22 on.
    return new Screen(
        stream(FileDescriptor.out, StandardCharsets.UTF_8),
        stream(FileDescriptor.err, Charset.forName(System.getProperty("native.encoding"))),
        Boolean.getBoolean("qsde.terminal"));
  }

  /** Writes the one line that tells of an error. */
  void error(String message) {
    err.println(errorLine(message));
  }

  /** Returns the one line that tells of an error. */
  static String errorLine(String message) {
    return "qsde: " + Printable.of(message);
  }

  /** Shows what an engine does: drawn over and over on a terminal, else a line now and then. */
  TerminalProgress watch(DownloadEngine engine, boolean drawn) {
    TerminalProgress.Builder view = TerminalProgress.builder().lines(err).withoutEnds();
    return (drawn ? view : view.plain()).attach(engine);
  }

  private static PrintStream stream(FileDescriptor descriptor, Charset charset) {
    return new PrintStream(new FileOutputStream(descriptor), true, charset);
  }
}
