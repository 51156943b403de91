package com.qustellar.qsde.examples.demo;

import java.util.concurrent.locks.LockSupport;

/** The end of a command's process. */
public final class ProcessExit {

  private ProcessExit() {}

  /**
   * Ends the process with an exit code; or, where a signal has told it to end before, lets it end
   * with that signal's own: the JVM takes another one even in the last moment. Does not return.
   *
   * @param code the exit code
   */
  public static void exit(int code) {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> {}));
    } catch (IllegalStateException e) {
      while (true) {
        LockSupport.park(); // the JVM is ending
      }
    }
    System.exit(code);
  }
}
