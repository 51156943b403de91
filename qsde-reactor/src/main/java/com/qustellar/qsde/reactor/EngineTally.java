package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.internal.progress.SpeedMeter;
import java.util.Collection;
import java.util.concurrent.atomic.LongAdder;

/** The counts of a whole engine. Safe from any thread. */
final class EngineTally {

  private final LongAdder completed = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final LongAdder received = new LongAdder();
  // Guarded by this.
  private final SpeedMeter meter = new SpeedMeter();

  void received(int bytes) {
    received.add(bytes);
  }

  void ended(DownloadState end) {
    switch (end) {
      case COMPLETED -> completed.increment();
      case CANCELLED -> cancelled.increment();
      default -> failed.increment();
    }
  }

  long received() {
    return received.sum();
  }

  EngineProgress snapshot(Collection<DownloadTask> tasks, long nanoTime) {
    int active = 0;
    int queued = 0;
    int paused = 0;
    for (DownloadTask task : tasks) {
      DownloadState state = task.sampler().state();
      if (state == DownloadState.QUEUED) {
        queued++;
      } else if (state == DownloadState.PAUSED) {
        paused++;
      } else if (!state.isTerminal()) {
        active++;
      }
    }
    long bytes = received.sum();
    long speed;
    synchronized (this) {
      meter.observe(nanoTime, bytes);
      speed = meter.bytesPerSecond(nanoTime);
    }
    return new EngineProgress(
        completed.sum(), failed.sum(), cancelled.sum(), active, queued, paused, bytes, speed);
  }
}
