package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.internal.progress.SpeedMeter;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The counters of one download, and the snapshots made of them.
 *
 * <p>The data path counts, whoever looks makes the snapshot: nothing is pushed. Safe from any
 * thread.
 */
final class ProgressSampler {

  private final String id;

  // Guarded by this.
  private SpeedMeter meter = new SpeedMeter();
  private DownloadState state = DownloadState.QUEUED;
  private @Nullable String fileName;
  private OptionalLong total = OptionalLong.empty();
  private long received;
  private long resumed;
  private int active;
  private int waiting;
  private int completed;
  private long segments;
  private int retries;
  private @Nullable String lastError;

  ProgressSampler(String id, @Nullable String fileName) {
    this.id = id;
    this.fileName = fileName;
  }

  /** Not so once it has ended; and a pause ends with {@link #queued} alone, whatever comes late. */
  synchronized void state(DownloadState next) {
    if (!state.isTerminal() && state != DownloadState.PAUSED) {
      state = next;
    }
  }

  /** Its turn has come. Its speed counts from here: the first look at it shows one already. */
  synchronized void connecting(long nanoTime) {
    state(DownloadState.CONNECTING);
    meter = new SpeedMeter();
    meter.observe(nanoTime, received - resumed);
  }

  synchronized void named(String name) {
    fileName = name;
  }

  /** The first answer is here. */
  synchronized void planned(OptionalLong totalBytes, long totalSegments, long nanoTime) {
    total = totalBytes;
    segments = totalSegments;
    // What was there before a pause is counted anew: as resumed, where it was kept.
    beganAnew(nanoTime);
    state(DownloadState.DOWNLOADING);
  }

  /** The plan has changed. */
  synchronized void segments(long totalSegments) {
    segments = totalSegments;
  }

  synchronized void received(int bytes) {
    received += bytes;
  }

  /** An earlier run has left bytes; they count, but not as speed. */
  synchronized void resumed(long bytes) {
    received += bytes;
    resumed += bytes;
  }

  /** Takes back what an earlier run had not left after all. */
  synchronized void missed(long bytes) {
    received -= bytes;
    resumed -= bytes;
  }

  /** Takes back what is going to be received anew. */
  synchronized void dropped(long bytes, long nanoTime) {
    received -= bytes;
    resumed = Math.min(resumed, received);
    meter.observe(nanoTime, received - resumed);
  }

  /** The download was paused, and waits for its turn again. */
  synchronized void queued() {
    if (!state.isTerminal()) {
      state = DownloadState.QUEUED;
    }
  }

  /** The download starts over from byte 0. */
  synchronized void startedOver(DownloadException why, long nanoTime) {
    lastError = why.getMessage();
    beganAnew(nanoTime);
    state(DownloadState.CONNECTING);
  }

  /** The speed counts from here: less than there was at the last look would be none at the next. */
  private void beganAnew(long nanoTime) {
    received = 0;
    resumed = 0;
    completed = 0;
    meter.observe(nanoTime, 0);
  }

  synchronized void segmentStarted() {
    active++;
  }

  synchronized void segmentStopped() {
    active--;
  }

  synchronized void segmentCompleted() {
    completed++;
  }

  synchronized void retrying(DownloadException why) {
    retries++;
    lastError = why.getMessage();
  }

  /**
   * Shows a wait while it lasts: for the next attempt, or as the origin has asked. It is over
   * before what follows it begins, and is ended by nothing but itself.
   */
  <T> Mono<T> showing(Mono<T> wait) {
    return Mono.using(
        () -> {
          waits(1);
          return this;
        },
        unused -> wait,
        unused -> waits(-1));
  }

  private synchronized void waits(int more) {
    waiting += more;
  }

  synchronized long resumed() {
    return resumed;
  }

  synchronized long received() {
    return received;
  }

  synchronized int retries() {
    return retries;
  }

  synchronized DownloadState state() {
    boolean runs = state == DownloadState.CONNECTING || state == DownloadState.DOWNLOADING;
    boolean onlyWaits = runs && waiting > 0 && active == 0;
    return onlyWaits ? DownloadState.WAITING : state;
  }

  /** The download has ended; returns how. */
  synchronized DownloadState ended(@Nullable DownloadException failure) {
    if (failure == null) {
      state = DownloadState.COMPLETED;
    } else {
      boolean cancelled = failure instanceof DownloadException.Cancelled;
      state = cancelled ? DownloadState.CANCELLED : DownloadState.FAILED;
      lastError = failure.getMessage();
    }
    return state;
  }

  /** Makes a snapshot; the time feeds the speed's window. */
  synchronized Progress snapshot(long nanoTime) {
    DownloadState now = state();
    boolean still = now.isTerminal() || now == DownloadState.PAUSED || now == DownloadState.QUEUED;
    meter.observe(nanoTime, received - resumed);
    long speed = still ? 0 : meter.bytesPerSecond(nanoTime);
    Duration eta = still ? null : SpeedMeter.eta(received, total, speed);
    return new Progress(
        id,
        fileName,
        now,
        received,
        total,
        speed,
        eta,
        // A thread may stand still before it sees that it was cancelled.
        still ? 0 : active,
        completed,
        Math.toIntExact(Math.max(segments, completed)),
        retries,
        lastError);
  }
}
