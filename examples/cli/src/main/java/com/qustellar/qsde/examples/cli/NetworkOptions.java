package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.TlsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How servers are reached, and for how long that is tried. */
final class NetworkOptions {

  @Option(names = "--user-agent", paramLabel = "TEXT", description = "The User-Agent to send.")
  @Nullable String userAgent;

  @Option(
      names = "--retries",
      paramLabel = "N",
      description = "Retries of a segment, whatever its error; 0 for none. By error by default.")
  @Nullable Integer retries;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      converter = Seconds.class,
      description = "How long a connection may be silent before it is given up.")
  @Nullable Duration timeout;

  @Option(
      names = "--speed-limit",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description = {
        "Bytes a second that a connection must bring: one that is slower over 30 seconds is given",
        "up, and its part is asked for again. Default: none."
      })
  @Nullable Long speedLimit;

  @Option(
      names = "--connect-timeout",
      paramLabel = "SECONDS",
      converter = Seconds.class,
      description = "How long connecting may take.")
  @Nullable Duration connectTimeout;

  @Option(
      names = "--max-time",
      paramLabel = "SECONDS",
      converter = Seconds.class,
      description = "How long a download may take with all its retries. Default: no limit.")
  @Nullable Duration maxTime;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "Trust the authorities in this PEM file, instead of Java's own.")
  @Nullable Path authorities;

  @Option(
      names = "--insecure",
      description = "Accept any certificate: anybody between can read and change what is sent.")
  boolean insecure;

  NetworkSettings settings() {
    NetworkSettings network = NetworkSettings.defaults();
    if (userAgent != null) {
      network = network.withUserAgent(userAgent);
    }
    network = network.withTls(tls());
    if (timeout != null) {
      network = network.withStallTimeout(timeout);
    }
    if (speedLimit != null) {
      network = network.withSpeedLimit(speedLimit);
    }
    return connectTimeout == null ? network : network.withConnectTimeout(connectTimeout);
  }

  /** Adds what the options say. */
  DownloadRequest apply(DownloadRequest bare) {
    DownloadRequest request = bare.withRetryPolicy(retryPolicy());
    return maxTime == null ? request : request.withTotalTimeout(maxTime);
  }

  private TlsSettings tls() {
    TlsSettings tls = TlsSettings.defaults().withVerification(!insecure);
    if (authorities == null) {
      return tls;
    }
    if (!Files.isReadable(authorities)) {
      throw new UsageException("--cacert can't read " + authorities);
    }
    return tls.withTrustedCertificates(authorities);
  }

  private RetryPolicy retryPolicy() {
    if (retries == null) {
      return RetryPolicy.defaults();
    }
    if (retries < 0) {
      throw new UsageException("--retries must be 0 or more, not " + retries);
    }
    return RetryPolicy.defaults().withMaxAttempts(Math.max(retries, retries + 1));
  }
}
