package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.examples.webflux.service.ServiceProblem.required;

import com.qustellar.qsde.HttpProtocol;
import com.qustellar.qsde.NetworkSettings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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

  private static final long A_DAY = Duration.ofDays(1).toSeconds();

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
