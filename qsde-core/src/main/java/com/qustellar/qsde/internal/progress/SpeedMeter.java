package com.qustellar.qsde.internal.progress;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The speed of a counter of bytes over the last three seconds.
 *
 * <p>It keeps at most 32 samples however often it is fed: what comes within a tenth of a second
 * replaces the sample before it. A counter that falls (the download starts over) begins anew; one
 * that stands still comes down to zero within the window.
 *
 * <p>Time is {@link System#nanoTime()}, of which only differences count. Not thread-safe: one
 * sampler owns it.
 */
public final class SpeedMeter {

  private static final long WINDOW_NANOS = Duration.ofSeconds(3).toNanos();

  /** So many samples of this age fill the window, beside the one before it and the newest. */
  private static final long SPACING_NANOS = WINDOW_NANOS / 30;

  private static final double NANOS_PER_SECOND = 1e9;

  private record Sample(long nanoTime, long bytes) {}

  /** The oldest first, a spacing or more apart; all but the first are of the window. */
  private final Deque<Sample> settled = new ArrayDeque<>();

  private @Nullable Sample newest;

  /** Makes a meter that has seen nothing. */
  public SpeedMeter() {}

  /**
   * Takes a look at the counter.
   *
   * @param nanoTime the time, which may stand still but not go back
   * @param bytes the bytes counted so far
   */
  public void observe(long nanoTime, long bytes) {
    Sample sample = new Sample(nanoTime, bytes);
    if (newest == null || bytes < newest.bytes) {
      settled.clear();
      settled.add(sample);
    } else if (nanoTime - settled.getLast().nanoTime >= SPACING_NANOS) {
      settled.add(sample);
      forget(nanoTime);
    }
    newest = sample;
  }

  /**
   * {@return the bytes a second, from the beginning of the window, or of what was seen, until now}
   *
   * @param nanoTime the time
   */
  public long bytesPerSecond(long nanoTime) {
    if (newest == null) {
      return 0;
    }
    Sample base = settled.getFirst();
    for (Sample sample : settled) {
      if (nanoTime - sample.nanoTime < WINDOW_NANOS) {
        break;
      }
      base = sample;
    }
    if (nanoTime - newest.nanoTime >= WINDOW_NANOS) {
      base = newest;
    }
    long nanos = nanoTime - base.nanoTime;
    long bytes = newest.bytes - base.bytes;
    return nanos <= 0 ? 0 : (long) (bytes * NANOS_PER_SECOND / nanos);
  }

  /**
   * {@return the time until the last byte at a constant speed, rounded up to a second; null where
   * the length is unknown or nothing moves}
   *
   * @param received the bytes that are here
   * @param total the length of the file
   * @param bytesPerSecond the speed
   */
  public static @Nullable Duration eta(long received, OptionalLong total, long bytesPerSecond) {
    if (total.isEmpty()) {
      return null;
    }
    long missing = total.getAsLong() - received;
    if (missing <= 0) {
      return Duration.ZERO;
    }
    return bytesPerSecond <= 0 ? null : Duration.ofSeconds((missing - 1) / bytesPerSecond + 1);
  }

  /** Keeps one sample from before the window: the speed is measured from there. */
  private void forget(long nanoTime) {
    Iterator<Sample> oldest = settled.iterator();
    oldest.next();
    while (oldest.hasNext() && nanoTime - oldest.next().nanoTime >= WINDOW_NANOS) {
      settled.removeFirst();
      oldest = settled.iterator();
      oldest.next();
    }
  }
}
