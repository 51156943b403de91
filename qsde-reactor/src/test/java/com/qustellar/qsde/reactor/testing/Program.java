package com.qustellar.qsde.reactor.testing;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server that others have written, in a process of its own on loopback. */
public final class Program implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 30;

  private final Process process;

  private Program(Process process) {
    this.process = process;
  }

  /**
   * Returns where a program lies: on the path, or where servers are and users' paths don't lead.
   */
  public static Optional<Path> find(String name) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.concat(
            Pattern.compile(Pattern.quote(File.pathSeparator)).splitAsStream(path),
            Stream.of("/usr/local/sbin", "/usr/sbin"))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Returns a port that nobody listens at. */
  public static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  /**
   * Starts one, and returns once it listens.
   *
   * @param log where what it says goes
   */
  public static Program start(int port, Path log, String... command)
      throws IOException, InterruptedException {
    Program program =
        new Program(
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!isListening(port)) {
      if (program.process.waitFor(5, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
        program.process.destroyForcibly();
        throw new IllegalStateException(command[0] + ": " + Files.readString(log));
      }
    }
    return program;
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends it, and waits for that. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(process.info() + " has not ended");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
