package com.qustellar.qsde.reactor;

/**
 * What an engine as a whole does, at one moment.
 *
 * @param completed downloads completed since the engine was built
 * @param failed downloads failed since then
 * @param cancelled downloads cancelled since then
 * @param active downloads that run
 * @param queued downloads that wait for their turn
 * @param paused downloads that are paused
 * @param bytesReceived bytes received from the network since the engine was built
 * @param bytesPerSecond the speed over the last seconds
 */
public record EngineProgress(
    long completed,
    long failed,
    long cancelled,
    int active,
    int queued,
    int paused,
    long bytesReceived,
    long bytesPerSecond) {}
