package com.qustellar.qsde.reactor;

import java.time.Duration;
import java.util.stream.Collector;

/**
 * The counts of a batch.
 *
 * @param completed how many downloads completed
 * @param failed how many failed
 * @param cancelled how many were cancelled
 * @param bytes the sizes of the completed files, added up
 * @param elapsed the time from the collector's start to its end
 */
public record DownloadSummary(
    long completed, long failed, long cancelled, long bytes, Duration elapsed) {

  /**
   * Returns a collector that counts outcomes; its clock runs from the first use to the last.
   *
   * @return the collector
   */
  public static Collector<DownloadOutcome, ?, DownloadSummary> collector() {
    return Collector.of(Tally::new, Tally::add, Tally::merge, Tally::summary);
  }

  private static final class Tally {
    private final long start = System.nanoTime();
    private long completed;
    private long failed;
    private long cancelled;
    private long bytes;

    void add(DownloadOutcome outcome) {
      if (outcome instanceof DownloadOutcome.Completed done) {
        completed++;
        bytes += done.result().bytes();
      } else if (outcome instanceof DownloadOutcome.Failed) {
        failed++;
      } else {
        cancelled++;
      }
    }

    Tally merge(Tally other) {
      completed += other.completed;
      failed += other.failed;
      cancelled += other.cancelled;
      bytes += other.bytes;
      return this;
    }

    DownloadSummary summary() {
      Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
      return new DownloadSummary(completed, failed, cancelled, bytes, elapsed);
    }
  }
}
