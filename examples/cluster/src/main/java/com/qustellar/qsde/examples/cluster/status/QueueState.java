package com.qustellar.qsde.examples.cluster.status;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a queue and its workers do, as far as they have told.
 *
 * @param waiting requests that no worker has done with, those included that run
 * @param done those whose target a delivery has made
 * @param alreadyThere deliveries that found their target there and right
 * @param failed requests that were given up
 * @param bytes of the targets that were made
 * @param counted which part of the results has been counted, 0 to 1
 * @param workers those that have spoken lately, by name
 */
public record QueueState(
    long waiting,
    long done,
    long alreadyThere,
    long failed,
    long bytes,
    double counted,
    List<Worker> workers) {

  /**
   * A worker.
   *
   * @param name its name
   * @param running the requests that it holds
   * @param bytesPerSecond how fast it receives
   * @param done the requests that ended with a whole target since it started
   * @param failed those that were rejected
   * @param silent for how long it has said nothing, null while it speaks as it should
   */
  public record Worker(
      String name,
      int running,
      long bytesPerSecond,
      long done,
      long failed,
      @Nullable Duration silent) {}

  /** Takes a copy. */
  public QueueState {
    workers = List.copyOf(workers);
  }

  /** {@return the requests that run; what a silent worker holds may have been lost} */
  public long running() {
    return workers.stream().filter(w -> w.silent() == null).mapToLong(Worker::running).sum();
  }

  /** {@return the requests that no worker holds} */
  public long queued() {
    return Math.max(0, waiting - running());
  }

  /** {@return how fast all workers receive} */
  public long bytesPerSecond() {
    return workers.stream().filter(w -> w.silent() == null).mapToLong(Worker::bytesPerSecond).sum();
  }
}
