package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.internal.http.Origin;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One place where a download's file is to be had: what is known of it, and how it has done. */
final class Mirror {

  /** How long a mirror is left in peace that has failed, while others have not. */
  private static final long REST = TimeUnit.MINUTES.toNanos(1);

  /** What has taken less tells nothing of a speed. */
  private static final long TELLING = TimeUnit.MILLISECONDS.toNanos(50);

  /** So long back its speed is remembered, in time of its connections. */
  private static final long MEMORY = TimeUnit.SECONDS.toNanos(10);

  private final URI requested;
  private final @Nullable Whereabouts whereabouts;

  private volatile @Nullable Representation representation;

  // Guarded by the mirrors that it is one of.
  private final List<Exchange> running = new ArrayList<>(1);
  private @Nullable DownloadException failure;
  private long failedAt;
  private long brought;
  private long recent;
  private long busy;

  /**
   * Makes one.
   *
   * @param whereabouts who tells where it is, null where its URI does
   */
  Mirror(URI requested, @Nullable Whereabouts whereabouts) {
    this.requested = requested;
    this.whereabouts = whereabouts;
  }

  // ---- what is known of it

  /** Returns the file as it is here; null before an answer has shown that it is. */
  @Nullable Representation representation() {
    return representation;
  }

  void representation(Representation known) {
    representation = known;
  }

  /** Returns where the file is, as far as it is known. */
  URI uri() {
    Representation known = representation;
    return known == null ? requested : known.uri();
  }

  Origin origin() {
    return Origin.of(uri());
  }

  /** Returns the URI that a caller has given for it. */
  URI requested() {
    return requested;
  }

  /** Returns the URI that stays what it is, empty where a source names others. */
  Optional<URI> lasting() {
    return whereabouts == null ? Optional.of(requested) : Optional.empty();
  }

  @Nullable Whereabouts whereabouts() {
    return whereabouts;
  }

  // ---- how it has done; under the lock

  void begun(Exchange exchange) {
    running.add(exchange);
  }

  void ended(Exchange exchange, long now) {
    if (running.remove(exchange)) {
      long bytes = exchange.brought();
      brought += bytes;
      recent += bytes;
      busy += exchange.busy(now);
      if (busy > MEMORY) {
        recent = (long) (recent * ((double) MEMORY / busy));
        busy = MEMORY;
      }
    }
  }

  int connections() {
    return running.size();
  }

  long brought() {
    return brought;
  }

  /** What it has brought is of no use: it counts no more, but for its speed. */
  void dropped() {
    brought = 0;
  }

  /** Returns how fast one of its connections is, its answers' time counted in. */
  OptionalDouble bytesPerSecond(long now) {
    long bytes = recent;
    long nanos = busy;
    for (Exchange exchange : running) {
      bytes += exchange.brought();
      nanos += exchange.busy(now);
    }
    boolean tells = nanos >= TELLING && (bytes > 0 || nanos >= 20 * TELLING);
    return tells ? OptionalDouble.of(bytes * 1e9 / nanos) : OptionalDouble.empty();
  }

  void failed(DownloadException why, long now) {
    failure = why;
    failedAt = now;
  }

  /** It has brought something: a failure that may pass has passed. */
  void worked() {
    if (!isOut()) {
      failure = null;
    }
  }

  @Nullable DownloadException failure() {
    return failure;
  }

  /** Returns whether it is of no use any more. */
  boolean isOut() {
    return failure != null && !failure.retryable();
  }

  /** Returns whether there is nothing against it, or that was long ago. */
  boolean isLive(long now) {
    return failure == null || (failure.retryable() && now - failedAt >= REST);
  }
}
