package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.TlsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/** How servers are reached, and for how long that is tried. */
final class NetworkOptions {

  final OptionSet options = new OptionSet();

  private final Supplier<@Nullable String> userAgent =
      options.value(
          String.class,
          OptionSpec.builder("--user-agent")
              .paramLabel("TEXT")
              .description("The User-Agent to send."));

  private final Supplier<@Nullable Integer> retries =
      options.value(
          Integer.class,
          new Counts(),
          OptionSpec.builder("--retries")
              .paramLabel("N")
              .description(
                  "Retries of a segment, whatever its error; 0 for none. By error by default."));

  private final Supplier<@Nullable Duration> timeout =
      options.value(
          Duration.class,
          new Seconds(),
          OptionSpec.builder("--timeout")
              .paramLabel("SECONDS")
              .description("How long a connection may be silent before it is given up."));

  private final Supplier<@Nullable Long> speedLimit =
      options.value(
          Long.class,
          new Rates(),
          OptionSpec.builder("--speed-limit")
              .paramLabel("SIZE/s")
              .description(
                  "Bytes a second that a connection must bring: one that is slower over 30 seconds is given "
                      + "up, and its part is asked for again; 0, the default, for any."));

  private final Supplier<@Nullable Duration> connectTimeout =
      options.value(
          Duration.class,
          new Seconds(),
          OptionSpec.builder("--connect-timeout")
              .paramLabel("SECONDS")
              .description("How long connecting may take."));

  private final Supplier<@Nullable Duration> maxTime =
      options.value(
          Duration.class,
          new Seconds(),
          OptionSpec.builder("--max-time")
              .paramLabel("SECONDS")
              .description(
                  "How long a download may take with all its retries. Default: no limit."));

  private final Supplier<@Nullable Path> authorities =
      options.value(
          Path.class,
          OptionSpec.builder("--cacert")
              .paramLabel("FILE")
              .description("Trust the authorities in this PEM file, instead of Java's own."));

  private final Supplier<Boolean> insecure =
      options.flag(
          OptionSpec.builder("--insecure")
              .description(
                  "Accept any certificate: anybody between can read and change what is sent."));

  /** Returns whether any certificate does. */
  boolean insecure() {
    return insecure.get();
  }

  NetworkSettings settings() {
    NetworkSettings network = NetworkSettings.defaults();
    if (userAgent.get() != null) {
      network = network.withUserAgent(userAgent.get());
    }
    network = network.withTls(tls());
    if (timeout.get() != null) {
      network = network.withStallTimeout(timeout.get());
    }
    if (speedLimit.get() != null) {
      network = network.withSpeedLimit(speedLimit.get());
    }
    return connectTimeout.get() == null
        ? network
        : network.withConnectTimeout(connectTimeout.get());
  }

  /** Adds what the options say. */
  DownloadRequest apply(DownloadRequest bare) {
    DownloadRequest request = bare.withRetryPolicy(retryPolicy());
    return maxTime.get() == null ? request : request.withTotalTimeout(maxTime.get());
  }

  private TlsSettings tls() {
    TlsSettings tls = TlsSettings.defaults().withVerification(!insecure.get());
    if (authorities.get() == null) {
      return tls;
    }
    TextFiles.text("--cacert", authorities.get()); // or it is said now why it can't be read
    return tls.withTrustedCertificates(authorities.get());
  }

  private RetryPolicy retryPolicy() {
    if (retries.get() == null) {
      return RetryPolicy.defaults();
    }
    if (retries.get() < 0) {
      throw new UsageException("--retries must be 0 or more, not " + retries.get());
    }
    return RetryPolicy.defaults().withMaxAttempts(Math.max(retries.get(), retries.get() + 1));
  }
}
