package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A process a download, measured from its start to its end.
 *
 * <p>The shell's {@code time} keeps the clock: it counts the processes it waited for, and theirs,
 * to the millisecond. The peak of the memory is read from outside while the process runs.
 */
record FreshProcess(
    String title,
    Kind kind,
    int maxConnections,
    boolean checksSha256,
    Path log,
    Function<Job, List<String>> commandLine)
    implements Entrant {

  private static final long PEAK_INTERVAL_MILLIS = 20;

  /** One that hangs, as wget2 does now and then, must not keep the others waiting for ever. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private static final String TIMED =
      "unset LC_ALL; LC_NUMERIC=C; TIMEFORMAT='%3R %3U %3S'; time \"$@\" > \"$0\" 2>&1";

  @Override
  public Sample download(Job job) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", "-c", TIMED, log.toString()));
    command.addAll(commandLine.apply(job));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    long peak = 0;
    long begun = System.nanoTime();
    do {
      if (System.nanoTime() - begun > LONGEST.toNanos()) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new IOException(title + " has not ended in " + LONGEST.toMinutes() + " minutes");
      }
      peak = Math.max(peak, PeakMemory.ofTree(process.pid()));
    } while (!process.waitFor(PEAK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS));
    if (process.exitValue() != 0) {
      throw new IOException(
          title + " ended with " + process.exitValue() + ": " + Commands.tail(log));
    }
    String times = process.inputReader().readLine();
    if (times == null) {
      throw new IOException("the shell did not tell what " + title + " took");
    }
    return parse(times, peak);
  }

  /** Reads what the shell measured: elapsed, user and system seconds. */
  static Sample parse(String line, long peakBytes) {
    String[] words = line.split(" ", -1);
    return new Sample(
        Double.parseDouble(words[0]),
        Double.parseDouble(words[1]) + Double.parseDouble(words[2]),
        peakBytes);
  }
}
