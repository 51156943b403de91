package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.Limits;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/** How much is done at once. */
final class LimitOptions {

  final OptionSet options = new OptionSet();

  private final Supplier<@Nullable Integer> connections =
      options.value(
          Integer.class,
          new Counts(),
          OptionSpec.builder("-x", "--connections")
              .paramLabel("N")
              .description(
                  "Connections a download at most; 0, the default, for as many as are of use."));

  private final Supplier<@Nullable Integer> parallel =
      options.value(
          Integer.class,
          new Counts(),
          OptionSpec.builder("-j", "--parallel")
              .paramLabel("N")
              .description("Downloads at once at most; 8 by default."));

  private final Supplier<@Nullable Long> segmentSize =
      options.value(
          Long.class,
          new Sizes(),
          OptionSpec.builder("--segment-size")
              .paramLabel("SIZE")
              .description(
                  "Bytes that one request asks for, 64K at least; 0, the default, for 4M to 128M, by what is left."));

  private final Supplier<@Nullable Long> limitRate =
      options.value(
          Long.class,
          new Rates(),
          OptionSpec.builder("--limit-rate")
              .paramLabel("SIZE/s")
              .description(
                  "Bytes a second that all downloads take together at most; 0, the default, for no limit. "
                      + "Here and below, /s may be left out."));

  Limits limits() {
    Limits limits = Limits.defaults();
    if (parallel.get() != null) {
      limits =
          limits
              .withMaxConcurrentDownloads(parallel.get())
              .withConnectionsPerHost(Math.max(parallel.get(), limits.connectionsPerHost()));
    }
    if (connections.get() != null) {
      limits =
          limits
              .withConnectionsPerDownload(connections.get())
              .withConnectionsPerHost(Math.max(connections.get(), limits.connectionsPerHost()));
    }
    if (limitRate.get() != null) {
      limits = limits.withBytesPerSecond(Sizes.bound(limitRate.get()));
    }
    return segmentSize.get() == null ? limits : limits.withSegmentSize(segmentSize.get());
  }
}
