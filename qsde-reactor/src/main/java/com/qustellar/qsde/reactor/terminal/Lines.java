package com.qustellar.qsde.reactor.terminal;

import com.qustellar.qsde.internal.http.SafeText;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where lines go that stay: above what is drawn, with its next frame, or straight to a stream where
 * nothing is. Safe from any thread.
 */
final class Lines {

  private final PrintStream stream;

  // Guarded by this.
  private final List<String> pending = new ArrayList<>();
  private @Nullable Screen screen;

  Lines(PrintStream stream) {
    this.stream = stream;
  }

  /** Prints a line without its control, escape and bidi characters. */
  void println(String line) {
    String safe = SafeText.strip(line);
    synchronized (this) {
      if (screen != null) {
        pending.add(safe);
      } else {
        stream.println(safe);
      }
    }
  }

  /** Returns what is drawn on, null where nothing is. */
  synchronized @Nullable Screen screen() {
    return screen;
  }

  /** Has lines stand above what is drawn there from now on. */
  synchronized void above(@Nullable Screen opened) {
    screen = opened;
  }

  /** Returns the lines that the next frame draws. */
  synchronized List<String> take() {
    List<String> taken = List.copyOf(pending);
    pending.clear();
    return taken;
  }

  /** Draws no more: the terminal is given back below the last lines. */
  synchronized void release() {
    if (screen != null) {
      screen.close(take());
      screen = null;
    }
  }

  /** The terminal is there no more. */
  synchronized void lose() {
    screen = null;
    take().forEach(stream::println);
  }
}
