package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.examples.webflux.service.ServiceProblem.required;

import com.qustellar.qsde.Limits;
import org.jspecify.annotations.Nullable;

/**
 * How much is done at once; all are required but the speed.
 *
 * @param maxConcurrentDownloads downloads that run, at least 1; the others wait
 * @param connectionsPerDownload connections of a download; 0: as many as are of use
 * @param connectionsPerHost connections to a host, at least 1
 * @param bytesPerSecond the speed of all downloads together; null: no bound
 */
record LimitsView(
    @Nullable Integer maxConcurrentDownloads,
    @Nullable Integer connectionsPerDownload,
    @Nullable Integer connectionsPerHost,
    @Nullable Long bytesPerSecond) {

  static LimitsView of(Limits limits) {
    long speed = limits.bytesPerSecond();
    return new LimitsView(
        limits.maxConcurrentDownloads(),
        limits.connectionsPerDownload(),
        limits.connectionsPerHost(),
        speed == Limits.UNLIMITED ? null : speed);
  }

  Limits applyTo(Limits now) {
    return now.withMaxConcurrentDownloads(
            required("maxConcurrentDownloads", maxConcurrentDownloads))
        .withConnectionsPerDownload(required("connectionsPerDownload", connectionsPerDownload))
        .withConnectionsPerHost(required("connectionsPerHost", connectionsPerHost))
        .withBytesPerSecond(bytesPerSecond == null ? Limits.UNLIMITED : bytesPerSecond);
  }
}
