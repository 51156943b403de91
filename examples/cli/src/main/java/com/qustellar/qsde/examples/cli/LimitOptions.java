package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.Limits;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much is done at once. */
final class LimitOptions {

  @Option(
      names = {"-x", "--connections"},
      paramLabel = "N",
      description = "Connections a download at most; the engine finds the number by default.")
  @Nullable Integer connections;

  @Option(
      names = {"-j", "--parallel"},
      paramLabel = "N",
      description = "Downloads at once at most; 8 by default.")
  @Nullable Integer parallel;

  @Option(
      names = "--segment-size",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description =
          "Bytes that one request asks for, 64K at least. By default 4M to 128M, by what is left.")
  @Nullable Long segmentSize;

  @Option(
      names = "--limit-rate",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description = "Bytes a second that all downloads take together at most. Default: no limit.")
  @Nullable Long limitRate;

  Limits limits() {
    Limits limits = Limits.defaults();
    if (parallel != null) {
      limits =
          limits
              .withMaxConcurrentDownloads(parallel)
              .withConnectionsPerHost(Math.max(parallel, limits.connectionsPerHost()));
    }
    if (connections != null) {
      limits =
          limits
              .withConnectionsPerDownload(connections)
              .withConnectionsPerHost(Math.max(connections, limits.connectionsPerHost()));
    }
    if (limitRate != null) {
      limits = limits.withBytesPerSecond(limitRate);
    }
    return segmentSize == null ? limits : limits.withSegmentSize(segmentSize);
  }
}
