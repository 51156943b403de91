package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a queue of downloads in a small heap was found to take.
 *
 * @param downloads how many were queued; all have completed since
 * @param heapBytesEach what each took of the heap, its request and its handle included
 * @param seconds from the first one's start to the last one's end
 * @param underWay how many have been receiving at the same moment afterwards
 */
record Queued(int downloads, double heapBytesEach, double seconds, int underWay) {

  private static final String HEAP = "-Xmx96m";
  private static final long FILE_BYTES = 64 << 10;
  private static final long SLOW_BYTES_PER_SECOND = 8 << 10;
  private static final int AT_ONCE = 1000;

  /** Lets a JVM of its own queue so many, and then have a thousand under way at once. */
  static Queued measure(
      int downloads, Workspace workspace, List<String> jvmOptions, Cleanup cleanup)
      throws IOException, InterruptedException {
    workspace.fill(FILE_BYTES);
    Path served = workspace.payload();
    Origin quick = cleanup.add(Origin.embedded(served, workspace.folder(), RangeServer.Pace.NONE));
    Origin slow =
        cleanup.add(
            Origin.embedded(
                served, workspace.folder(), new RangeServer.Pace(SLOW_BYTES_PER_SECOND, 0)));
    Path log = workspace.folder().resolve("queue.log");
    List<String> command =
        Commands.java(
            Stream.concat(jvmOptions.stream(), Stream.of(HEAP)).toList(),
            QueueWorker.class,
            Integer.toString(downloads),
            Integer.toString(AT_ONCE),
            quick.uri().toString(),
            slow.uri().toString(),
            workspace.targetFolder().toString());
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    String answer =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0 || answer.isEmpty()) {
      throw new IOException("the queue was not finished: " + Commands.tail(log));
    }
    return parse(answer);
  }

  /** Returns how many bytes the downloads leave. */
  static long bytes(int downloads) {
    return FILE_BYTES * (downloads + 2L * AT_ONCE);
  }

  Queued withUnderWay(int most) {
    return new Queued(downloads, heapBytesEach, seconds, most);
  }

  String toLine() {
    return downloads + " " + heapBytesEach + " " + seconds + " " + underWay;
  }

  static Queued parse(String line) {
    String[] words = line.split(" ", -1);
    return new Queued(
        Integer.parseInt(words[0]),
        Double.parseDouble(words[1]),
        Double.parseDouble(words[2]),
        Integer.parseInt(words[3]));
  }

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%,d downloads of %s queued in a JVM with %s: %.0f bytes of heap each, request and handle"
            + " included;%nall have completed, in %.1f s. Then %,d of %,d were under way at once.%n",
        downloads,
        Size.format(FILE_BYTES),
        HEAP,
        heapBytesEach,
        seconds,
        underWay,
        AT_ONCE);
    out.flush();
  }
}
