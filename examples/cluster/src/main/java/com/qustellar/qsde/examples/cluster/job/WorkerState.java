package com.qustellar.qsde.examples.cluster.job;

/**
 * What a worker says of itself every two seconds, and once when it stops.
 *
 * @param worker its name
 * @param running the requests that it holds
 * @param received the bytes that it has received since it started
 * @param bytesPerSecond how fast it receives
 * @param done the requests that ended with a whole target since it started
 * @param failed those that were rejected
 * @param stopped whether this is the last word
 * @param at milliseconds since the epoch
 */
public record WorkerState(
    String worker,
    int running,
    long received,
    long bytesPerSecond,
    long done,
    long failed,
    boolean stopped,
    long at) {}
