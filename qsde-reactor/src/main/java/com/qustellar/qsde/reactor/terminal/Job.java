package com.qustellar.qsde.reactor.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * This process as a shell's job: in the foreground of its terminal or not, and stopped by Ctrl-Z.
 */
final class Job {

  private static final String STOP = "TSTP";
  private static final Path STAT = Path.of("/proc/self/stat");

  // Behind the name, which ends with the last parenthesis: state, parent, group, session, terminal,
  // the terminal's foreground group.
  private static final int GROUP = 2;
  private static final int FOREGROUND = 5;

  private final @Nullable Object before;

  private Job(@Nullable Object before) {
    this.before = before;
  }

  /**
   * Returns whether the terminal is another job's. A process that sets such a terminal's attributes
   * is stopped. Where the system does not tell, it is taken for no.
   */
  static boolean isInBackground() {
    try {
      String stat = Files.readString(STAT);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      int foreground = Integer.parseInt(fields[FOREGROUND]);
      return foreground > 0 && foreground != Integer.parseInt(fields[GROUP]);
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /** Has something done in place of a stop by Ctrl-Z, until it is left to the system again. */
  static Job onStop(Runnable instead) {
    return new Job(Signals.register(STOP, instead));
  }

  /** Leaves it to what was there before. */
  void leave() {
    Signals.unregister(STOP, before);
  }

  /**
   * Stops the process as Ctrl-Z would; returns once it goes on. The system does nothing where there
   * is no shell that could let it go on.
   */
  static void stop() {
    try {
      new ProcessBuilder("kill", "-" + STOP, String.valueOf(ProcessHandle.current().pid()))
          .start()
          .waitFor(1, TimeUnit.SECONDS);
    } catch (IOException e) {
      // There is no such command: the process goes on.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
