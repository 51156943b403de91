package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadState;
import java.util.Collection;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** What an engine tells a recorder that asks: counted anew each time, as that is seldom. */
final class EngineGauges implements DownloadMetrics.Gauges {

  private final Collection<DownloadTask> tasks;
  private final EngineTally tally;
  private final LongSupplier memory;

  EngineGauges(Collection<DownloadTask> tasks, EngineTally tally, LongSupplier memory) {
    this.tasks = tasks;
    this.tally = tally;
    this.memory = memory;
  }

  @Override
  public long active() {
    return count(
        state ->
            state != DownloadState.QUEUED && state != DownloadState.PAUSED && !state.isTerminal());
  }

  @Override
  public long queued() {
    return count(state -> state == DownloadState.QUEUED);
  }

  @Override
  public long paused() {
    return count(state -> state == DownloadState.PAUSED);
  }

  private long count(Predicate<DownloadState> wanted) {
    return tasks.stream().filter(task -> wanted.test(task.sampler().state())).count();
  }

  @Override
  public long bytesReceived() {
    return tally.received();
  }

  @Override
  public long memoryInUse() {
    return memory.getAsLong();
  }
}
