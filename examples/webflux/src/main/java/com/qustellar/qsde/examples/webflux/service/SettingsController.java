package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.HttpProtocol;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.reactor.DownloadEngine;
import io.swagger.v3.oas.annotations.Operation;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * The engine's settings, read and replaced while it runs; after a restart they are those of the
 * configuration again. What decides how far the service reaches, its addresses and its proxies, is
 * left to the configuration alone.
 */
@RestController
final class SettingsController {

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

  /**
   * How servers are reached; all are required.
   *
   * @param userAgent the User-Agent field
   * @param connectTimeoutSeconds how long making a connection may take, more than 0
   * @param stallTimeoutSeconds how long a connection may be silent, more than 0
   * @param maxRedirects how many redirects in a row are followed
   * @param protocol the version of HTTP
   */
  record NetworkView(
      @Nullable String userAgent,
      @Nullable Long connectTimeoutSeconds,
      @Nullable Long stallTimeoutSeconds,
      @Nullable Integer maxRedirects,
      @Nullable HttpProtocol protocol) {

    static NetworkView of(NetworkSettings settings) {
      return new NetworkView(
          settings.userAgent(),
          roundUp(settings.connectTimeout()),
          roundUp(settings.stallTimeout()),
          settings.maxRedirects(),
          settings.protocol());
    }

    NetworkSettings applyTo(NetworkSettings now) {
      return now.withUserAgent(required("userAgent", userAgent))
          .withConnectTimeout(seconds("connectTimeoutSeconds", connectTimeoutSeconds))
          .withStallTimeout(seconds("stallTimeoutSeconds", stallTimeoutSeconds))
          .withMaxRedirects(required("maxRedirects", maxRedirects))
          .withProtocol(required("protocol", protocol));
    }
  }

  private static final long A_DAY = Duration.ofDays(1).toSeconds();

  private final DownloadEngine engine;

  SettingsController(DownloadEngine engine) {
    this.engine = engine;
  }

  @Operation(summary = "Shows the limits")
  @GetMapping("/limits")
  LimitsView limits() {
    return LimitsView.of(engine.limits());
  }

  @Operation(summary = "Replaces the limits")
  @PutMapping(path = "/limits", consumes = MediaType.APPLICATION_JSON_VALUE)
  LimitsView limits(@RequestBody LimitsView wanted) {
    // Other settings of the same kind stay: what is not shown is not changed.
    engine.updateLimits(valid(wanted::applyTo));
    return limits();
  }

  @Operation(summary = "Shows the network settings")
  @GetMapping("/network")
  NetworkView network() {
    return NetworkView.of(engine.network());
  }

  @Operation(summary = "Replaces the network settings")
  @PutMapping(path = "/network", consumes = MediaType.APPLICATION_JSON_VALUE)
  NetworkView network(@RequestBody NetworkView wanted) {
    engine.updateNetwork(valid(wanted::applyTo));
    return network();
  }

  /** The library's own rules decide, in its own words. */
  private static <T> UnaryOperator<T> valid(UnaryOperator<T> update) {
    return now -> {
      try {
        return update.apply(now);
      } catch (IllegalArgumentException e) {
        throw ServiceProblem.invalid(String.valueOf(e.getMessage()));
      }
    };
  }

  private static <T> T required(String name, @Nullable T value) {
    if (value == null) {
      throw ServiceProblem.invalid(name + " is required");
    }
    return value;
  }

  private static Duration seconds(String name, @Nullable Long value) {
    long seconds = required(name, value);
    if (seconds < 1 || seconds > A_DAY) {
      throw ServiceProblem.invalid(name + " must be 1 to " + A_DAY + ", not " + seconds);
    }
    return Duration.ofSeconds(seconds);
  }

  private static long roundUp(Duration duration) {
    return duration.plusNanos(999_999_999).toSeconds();
  }
}
