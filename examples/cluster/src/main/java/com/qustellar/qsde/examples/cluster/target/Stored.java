package com.qustellar.qsde.examples.cluster.target;

import com.qustellar.qsde.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * What a store says of a target that is there, whole.
 *
 * @param bytes its length
 * @param fetched the bytes that were taken from the network for it
 * @param checksum its digest; null where only its length was compared
 * @param alreadyThere whether another delivery had made it
 * @param retries how often the engine asked again
 */
public record Stored(
    long bytes, long fetched, @Nullable Checksum checksum, boolean alreadyThere, int retries) {}
