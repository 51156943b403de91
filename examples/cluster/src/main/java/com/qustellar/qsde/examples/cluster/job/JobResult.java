package com.qustellar.qsde.examples.cluster.job;

import com.qustellar.qsde.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * What became of one delivery of a request, as it stands on the topic of results.
 *
 * @param id of the request; the place of a record that is none, as {@code qsde-0@17}
 * @param target where it goes, null for a record that is no request
 * @param outcome what became of it
 * @param bytes the length of the target, 0 where there is none
 * @param fetched the bytes that this delivery has taken from the network
 * @param checksum the digest of the target; null where there is none, or only its length was
 *     compared
 * @param worker the name of the worker
 * @param delivery which delivery of the request it was, 1 for the first
 * @param seconds from the delivery to its end
 * @param retries how often the engine asked again
 * @param error the kind of failure, null without one
 * @param message what failed, null without a failure
 * @param at milliseconds since the epoch
 */
public record JobResult(
    String id,
    @Nullable String target,
    Outcome outcome,
    long bytes,
    long fetched,
    @Nullable Checksum checksum,
    String worker,
    int delivery,
    double seconds,
    int retries,
    @Nullable String error,
    @Nullable String message,
    long at) {

  /** What may become of a delivery. */
  public enum Outcome {
    /** This delivery made the target appear. */
    DONE,
    /** The target was there, and was checked: another delivery had made it. */
    ALREADY_THERE,
    /** It failed in a way that a later delivery may mend, which there will be. */
    RELEASED,
    /** It failed for good, and is among the dead letters. */
    REJECTED;

    /** {@return whether the target is there} */
    public boolean isWhole() {
      return this == DONE || this == ALREADY_THERE;
    }
  }
}
