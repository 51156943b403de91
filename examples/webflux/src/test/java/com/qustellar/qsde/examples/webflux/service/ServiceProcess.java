package com.qustellar.qsde.examples.webflux.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The service in a process of its own, which ends without a word. */
final class ServiceProcess implements AutoCloseable {

  private final Path directory;
  private final Process process;
  private final int port;

  private ServiceProcess(Path directory, Process process) throws IOException {
    this.directory = directory;
    this.process = process;
    // From the line that the service begins with.
    String line =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8)).readLine();
    assertThat(line).matches("Serving http://127\\.0\\.0\\.1:\\d+/ from .*");
    this.port = Integer.parseInt(line.replaceFirst(".*:(\\d+)/.*", "$1"));
  }

  /** Starts one, and returns when it listens. */
  static ServiceProcess start(Path directory, String... more) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ServiceApplication.class.getName());
    command.addAll(TestService.arguments(directory, more));
    return new ServiceProcess(
        directory, new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  int port() {
    return port;
  }

  /** Waits until a download's journal has its header, and claims what has come since. */
  void awaitJournal(String path) {
    File journal = directory.resolve(path).toFile();
    TestService.await(journal::exists);
    for (int i = 0; i < 2; i++) {
      long before = journal.length();
      TestService.await(() -> journal.length() > before);
    }
  }

  /** Kills it, by SIGKILL where there is one. */
  @Override
  public void close() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
