package com.qustellar.qsde.examples.cluster.demo;

import com.qustellar.qsde.examples.cluster.Cluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A worker in a process of its own, with the class path of this one; it ends with this one. */
public final class WorkerProcess implements AutoCloseable {

  private static final Duration LONGEST = Duration.ofSeconds(20);

  private final String name;
  private final Process process;

  private WorkerProcess(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /**
   * Starts a worker.
   *
   * @param name of it
   * @param options of {@code qsde cluster worker}
   * @throws IOException if the process can't be started
   */
  public static WorkerProcess start(String name, List<String> options) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(ProcessHandle.current().info().command().orElse("java"));
    line.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m", "-XX:TieredStopAtLevel=1"));
    line.addAll(List.of("-XX:-UsePerfData", "-Xshare:auto", "-Dio.netty.jfr.enabled=false"));
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Cluster.class.getName()));
    line.addAll(List.of("worker", "--until-stdin-ends", "--name", name));
    line.addAll(options);
    Process process =
        new ProcessBuilder(line)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    return new WorkerProcess(name, process);
  }

  /** {@return the name of the worker} */
  public String name() {
    return name;
  }

  /** {@return the process} */
  public Process process() {
    return process;
  }

  /** Ends it as {@code kill -9} does: it can do nothing more. Blocks until it is gone. */
  public void kill() {
    process.destroyForcibly();
    await();
  }

  /** Lets it finish what it holds, and ends it. Blocks. */
  @Override
  public void close() {
    // Not the process's own way, which closes its stdin as well: that would be the end at once.
    process.toHandle().destroy();
    if (!await()) {
      kill();
    }
  }

  private boolean await() {
    try {
      return process.waitFor(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
