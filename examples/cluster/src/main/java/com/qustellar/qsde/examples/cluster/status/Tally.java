package com.qustellar.qsde.examples.cluster.status;

import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.WorkerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Adds up what results and workers tell. Not safe for use by several threads at once. */
final class Tally {

  /** A worker speaks every two seconds. */
  static final Duration SILENT = Duration.ofSeconds(10);

  /** One that has not spoken for so long is gone. */
  static final Duration GONE = Duration.ofMinutes(10);

  private final Map<String, WorkerState> workers = new TreeMap<>();
  private long done;
  private long alreadyThere;
  private long failed;
  private long bytes;

  void add(JobResult result) {
    switch (result.outcome()) {
      case DONE -> {
        done++;
        bytes += result.bytes();
      }
      case ALREADY_THERE -> alreadyThere++;
      case REJECTED -> failed++;
      case RELEASED -> {
        // There will be another result of it.
      }
    }
  }

  void add(WorkerState state) {
    if (state.stopped()) {
      workers.remove(state.worker());
    } else {
      workers.put(state.worker(), state);
    }
  }

  /**
   * Returns all together.
   *
   * @param waiting what the queue itself tells
   * @param counted which part of the results has been added, 0 to 1
   * @param now milliseconds since the epoch
   */
  QueueState state(long waiting, double counted, long now) {
    workers.values().removeIf(worker -> since(worker, now).compareTo(GONE) >= 0);
    List<QueueState.Worker> speaking = new ArrayList<>();
    for (WorkerState worker : workers.values()) {
      Duration since = since(worker, now);
      speaking.add(
          new QueueState.Worker(
              worker.worker(),
              worker.running(),
              worker.bytesPerSecond(),
              worker.done(),
              worker.failed(),
              since.compareTo(SILENT) > 0 ? since : null));
    }
    return new QueueState(waiting, done, alreadyThere, failed, bytes, counted, speaking);
  }

  private static Duration since(WorkerState worker, long now) {
    return Duration.ofMillis(Math.max(0, now - worker.at()));
  }
}
