package com.qustellar.qsde.examples.webflux.autoconfigure;

import com.qustellar.qsde.AddressPolicy;
import com.qustellar.qsde.HttpProtocol;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.ProxySettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.TlsSettings;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * The settings of the engine: {@code qsde.*}. What is left out is as the library has it, but for
 * the address policy. What is wrong is refused with the property's name and the library's reason,
 * and so is a property that there is not, unless it comes from the environment or the JVM's system
 * properties, where others' names may begin alike.
 *
 * @param limits how much is done at once
 * @param network how servers are reached
 * @param retry when something is tried again
 * @param nameServers addresses of the name servers that are asked in place of the system's, each
 *     perhaps with a port
 * @param progressInterval how often progress is sampled; 100 ms by default
 * @param shutdownGrace how long what runs may go on when the context is closed; 5 seconds by
 *     default, which nobody waits while nothing runs
 */
@ConfigurationProperties(prefix = "qsde", ignoreUnknownFields = false)
public record QsdeProperties(
    @DefaultValue AtOnce limits,
    @DefaultValue Network network,
    @DefaultValue Retry retry,
    @DefaultValue List<String> nameServers,
    @DefaultValue("100ms") Duration progressInterval,
    @DefaultValue("5s") Duration shutdownGrace) {

  private static final Pattern NAME_SERVER = Pattern.compile("(\\[.*]|[^:]*)(?::(\\d{1,5}))?");

  /** Which addresses may be connected to. */
  public enum Addresses {
    /** Those of the public Internet, so that nobody reaches into the own network from outside. */
    PUBLIC_ONLY,
    /** All, loopback among them. */
    ANY
  }

  /**
   * How much is done at once; see {@link Limits}.
   *
   * @param maxConcurrentDownloads downloads that run; the others wait
   * @param connectionsPerDownload connections of a download; 0: as many as are of use
   * @param connectionsPerHost connections to a host
   * @param bytesPerSecond the speed of all downloads together
   * @param segmentSize the size of a segment
   * @param writeBufferSize the size of a write
   * @param memoryBudget bytes received and not yet written
   */
  public record AtOnce(
      @Nullable Integer maxConcurrentDownloads,
      @Nullable Integer connectionsPerDownload,
      @Nullable Integer connectionsPerHost,
      @Nullable DataSize bytesPerSecond,
      @Nullable DataSize segmentSize,
      @Nullable DataSize writeBufferSize,
      @Nullable DataSize memoryBudget) {}

  /**
   * How servers are reached; see {@link NetworkSettings}.
   *
   * @param addresses which addresses may be connected to; those of the public Internet by default
   * @param proxy the proxy for everything; a secret of its own, as it may hold a password
   * @param proxyEnforcesAddresses whether that proxy keeps to {@code addresses} itself, without
   *     which a policy and a proxy do not go together
   * @param trustedCertificates a PEM file of authorities in place of the JDK's
   * @param protocol the version of HTTP
   * @param userAgent the User-Agent field
   * @param connectTimeout how long making a connection may take
   * @param stallTimeout how long a connection may be silent
   * @param maxRedirects how many redirects in a row are followed
   */
  public record Network(
      @DefaultValue("public-only") Addresses addresses,
      @Nullable String proxy,
      @DefaultValue("false") boolean proxyEnforcesAddresses,
      @Nullable Path trustedCertificates,
      @Nullable HttpProtocol protocol,
      @Nullable String userAgent,
      @Nullable Duration connectTimeout,
      @Nullable Duration stallTimeout,
      @Nullable Integer maxRedirects) {}

  /**
   * When something is tried again; see {@link RetryPolicy}.
   *
   * @param maxAttempts attempts of any kind
   * @param budget how long lost connections are tried again without progress
   * @param longestRetryAfter the longest wait that a server may ask for
   */
  public record Retry(
      @Nullable Integer maxAttempts,
      @Nullable Duration budget,
      @Nullable Duration longestRetryAfter) {}

  Limits toLimits() {
    return new Settings<>("qsde.limits.", Limits.defaults())
        .set(
            "max-concurrent-downloads",
            limits.maxConcurrentDownloads(),
            Limits::withMaxConcurrentDownloads)
        .set(
            "connections-per-download",
            limits.connectionsPerDownload(),
            Limits::withConnectionsPerDownload)
        .set("connections-per-host", limits.connectionsPerHost(), Limits::withConnectionsPerHost)
        .set(
            "bytes-per-second",
            limits.bytesPerSecond(),
            (all, size) -> all.withBytesPerSecond(size.toBytes()))
        .set(
            "segment-size",
            limits.segmentSize(),
            (all, size) -> all.withSegmentSize(size.toBytes()))
        .set(
            "write-buffer-size",
            limits.writeBufferSize(),
            (all, size) -> all.withWriteBufferSize(Math.toIntExact(size.toBytes())))
        .set(
            "memory-budget",
            limits.memoryBudget(),
            (all, size) -> all.withMemoryBudget(size.toBytes()))
        .result();
  }

  NetworkSettings toNetworkSettings() {
    AddressPolicy policy =
        network.addresses() == Addresses.ANY ? AddressPolicy.any() : AddressPolicy.publicOnly();
    UnaryOperator<ProxySettings> declared =
        proxy -> proxy.withAddressPolicyEnforced(network.proxyEnforcesAddresses());
    return new Settings<>("qsde.network.", NetworkSettings.defaults().withAddressPolicy(policy))
        .set(
            "proxy",
            network.proxy(),
            (all, uri) -> all.withProxy(declared.apply(ProxySettings.parse(uri))))
        .set(
            "trusted-certificates",
            network.trustedCertificates(),
            (all, pem) -> all.withTls(TlsSettings.defaults().withTrustedCertificates(pem)))
        .set("protocol", network.protocol(), NetworkSettings::withProtocol)
        .set("user-agent", network.userAgent(), NetworkSettings::withUserAgent)
        .set("connect-timeout", network.connectTimeout(), NetworkSettings::withConnectTimeout)
        .set("stall-timeout", network.stallTimeout(), NetworkSettings::withStallTimeout)
        .set("max-redirects", network.maxRedirects(), NetworkSettings::withMaxRedirects)
        .result();
  }

  RetryPolicy toRetryPolicy() {
    return new Settings<>("qsde.retry.", RetryPolicy.defaults())
        .set("max-attempts", retry.maxAttempts(), RetryPolicy::withMaxAttempts)
        .set("budget", retry.budget(), RetryPolicy::withBudget)
        .set("longest-retry-after", retry.longestRetryAfter(), RetryPolicy::withLongestRetryAfter)
        .result();
  }

  List<InetSocketAddress> toNameServers() {
    return nameServers.stream().map(QsdeProperties::nameServer).toList();
  }

  private static InetSocketAddress nameServer(String text) {
    Matcher parts = NAME_SERVER.matcher(text);
    InetAddress address =
        parts.matches() ? NetUtil.createInetAddressFromIpAddressString(parts.group(1)) : null;
    int port = address == null || parts.group(2) == null ? 53 : Integer.parseInt(parts.group(2));
    if (address == null || port > 65_535) {
      throw new InvalidConfigurationPropertyValueException(
          "qsde.name-servers", text, "not an address such as 10.0.0.53 or [fd00::53]:5353");
    }
    return new InetSocketAddress(address, port);
  }

  /** Sets what is given, one after the other; the library's refusal names the property. */
  record Settings<T>(String prefix, T result) {

    interface Wither<T, V> {
      T with(T all, V value);
    }

    <V> Settings<T> set(String name, @Nullable V value, Wither<T, V> wither) {
      if (value == null) {
        return this;
      }
      try {
        return new Settings<>(prefix, wither.with(result, value));
      } catch (RuntimeException refused) {
        // A proxy may hold a password: its value is shown by nobody.
        Object shown = name.equals("proxy") ? "…" : value;
        throw new InvalidConfigurationPropertyValueException(
            prefix + name, shown, String.valueOf(refused.getMessage()), refused);
      }
    }
  }
}
