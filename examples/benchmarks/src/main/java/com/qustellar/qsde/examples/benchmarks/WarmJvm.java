package com.qustellar.qsde.examples.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A library in one {@link Worker} that goes from download to download. */
final class WarmJvm implements Entrant {

  private final Library library;
  private final Process worker;
  private final BufferedWriter jobs;
  private final BufferedReader answers;
  private final Path log;

  private WarmJvm(Library library, Process worker, Path log) {
    this.library = library;
    this.worker = worker;
    this.jobs = worker.outputWriter();
    this.answers = worker.inputReader();
    this.log = log;
  }

  /**
   * Starts one.
   *
   * @param command what runs the worker
   */
  static WarmJvm start(Library library, List<String> command, Path log) throws IOException {
    Process worker = new ProcessBuilder(command).redirectError(log.toFile()).start();
    return new WarmJvm(library, worker, log);
  }

  @Override
  public String title() {
    return library.title();
  }

  @Override
  public Kind kind() {
    return Kind.WARM;
  }

  @Override
  public int maxConnections() {
    return library.maxConnections();
  }

  @Override
  public boolean checksSha256() {
    return true;
  }

  @Override
  public Sample download(Job job) throws IOException {
    @Nullable String answer;
    try {
      jobs.write(job.toLine());
      jobs.newLine();
      jobs.flush();
      answer = answers.readLine();
    } catch (IOException e) {
      // Nobody reads: it has ended, or its JVM did not even start.
      answer = null;
    }
    return parse(answer);
  }

  private Sample parse(@Nullable String answer) throws IOException {
    if (answer == null || !answer.startsWith("ok ")) {
      String why = answer == null ? "its JVM ended: " + Commands.tail(log) : answer;
      throw new IOException(title() + ": " + why);
    }
    String[] words = answer.split(" ", -1);
    return new Sample(
        Long.parseLong(words[1]) / 1e9, Long.parseLong(words[2]) / 1e9, Long.parseLong(words[3]));
  }

  @Override
  public void close() {
    try {
      jobs.close();
    } catch (IOException e) {
      // It has ended before, which its last job has told.
    } finally {
      worker.destroy();
    }
  }
}
