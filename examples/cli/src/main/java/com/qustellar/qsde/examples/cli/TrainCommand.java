package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Uses once over loopback what a run uses, so that the launcher's class-data archive holds those
 * classes and every later start is quick.
 */
final class TrainCommand implements Callable<Integer> {

  private final Screen screen;

  TrainCommand(Screen screen) {
    this.screen = screen;
  }

  CommandSpec spec() {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("train");
    spec.usageMessage().hidden(true);
    return spec;
  }

  @Override
  public Integer call() throws Exception {
    DemoFile file = DemoFile.of("train.bin", 1024 * 1024).brokenAt(300_000);
    DemoFile small = DemoFile.of("small.bin", 1024);
    Path target = Files.createTempDirectory("qsde-train").resolve(file.name());
    try (DemoOrigin origin = new DemoOrigin()) {
      String url = origin.serve(file).toString();
      String[] common = {
        "get", "-o", target.toString(), "--overwrite", "--segment-size", "256K", "-v", "--proxy", ""
      };
      String sha256 = file.sha256().toString();
      int live = Qsde.run(screen, with(common, "--ui", "on", "--checksum", sha256, url));
      int json = Qsde.run(screen, with(common, "--json", url));
      Qsde.run(screen, with(common, origin.serve(small).toString()));
      Qsde.run(screen, with(common, origin.uri("nothing").toString()));
      handshake(common);
      return live == ExitCode.OK && json == ExitCode.OK ? ExitCode.OK : ExitCode.SOFTWARE;
    } finally {
      Files.deleteIfExists(target);
      Files.delete(target.getParent());
    }
  }

  /**
   * Begins a TLS handshake, which nobody answers: it is there for what comes before, which is much.
   */
  private void handshake(String... common) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread hangUp = new Thread(() -> hangUp(server), "hang-up");
      hangUp.setDaemon(true);
      hangUp.start();
      String url = "https://127.0.0.1:" + server.getLocalPort() + "/";
      Qsde.run(screen, with(common, "--retries", "0", url));
    }
  }

  private static void hangUp(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket connection = server.accept()) {
        connection.getInputStream().read();
      } catch (IOException e) {
        // One end was quicker, or the server is closed.
      }
    }
  }

  private static String[] with(String[] common, String... more) {
    String[] all = Arrays.copyOf(common, common.length + more.length);
    System.arraycopy(more, 0, all, common.length, more.length);
    return all;
  }
}
