package com.qustellar.qsde.examples.launcher;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A screen that nobody sees. */
final class Xvfb implements AutoCloseable {

  private static final String COMMAND = "Xvfb";

  private final Process process;
  private final String display;

  private Xvfb(Process process, String display) {
    this.process = process;
    this.display = display;
  }

  /** Returns whether the server is here, and this Java can draw on it. */
  static boolean isAvailable() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, COMMAND)))
        && Files.exists(Path.of(System.getProperty("java.home"), "lib", "libawt_xawt.so"));
  }

  /** Starts a screen under a number that is free. */
  static Xvfb start() throws IOException {
    Process process =
        new ProcessBuilder(
                COMMAND, "-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader number = process.inputReader();
    return new Xvfb(process, ":" + number.readLine());
  }

  /** Returns what {@code DISPLAY} has to be. */
  String display() {
    return display;
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
