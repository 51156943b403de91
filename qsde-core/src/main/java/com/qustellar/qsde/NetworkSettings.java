package com.qustellar.qsde;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import com.qustellar.qsde.internal.http.HttpUris;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How servers are reached; immutable, and exchangeable while downloads run.
 *
 * <p>Equal settings share connections, so settings that are made anew for each request cost nothing
 * as long as they are equal.
 */
public final class NetworkSettings {

  private static final NetworkSettings DEFAULTS = new NetworkSettings(new Values());

  private final Values values;

  private NetworkSettings(Values values) {
    this.values = values;
  }

  /** {@return the defaults, which each wither names} */
  public static NetworkSettings defaults() {
    return DEFAULTS;
  }

  /**
   * {@return a copy with other proxies}
   *
   * @param proxy the proxies; {@link ProxySettings#none()} by default
   */
  public NetworkSettings withProxy(ProxySettings proxy) {
    Objects.requireNonNull(proxy, "proxy");
    return with(v -> v.proxy = proxy);
  }

  /**
   * {@return a copy with one proxy for everything}
   *
   * @param uri the proxy, as {@link ProxySettings#parse} takes it
   * @throws InvalidRequest if it is not a usable proxy
   */
  public NetworkSettings withProxy(String uri) {
    return withProxy(ProxySettings.parse(uri));
  }

  /** {@return the proxies} */
  public ProxySettings proxy() {
    return values.proxy;
  }

  /**
   * {@return a copy with other TLS settings}
   *
   * @param tls the settings; {@link TlsSettings#defaults()} by default
   */
  public NetworkSettings withTls(TlsSettings tls) {
    Objects.requireNonNull(tls, "tls");
    return with(v -> v.tls = tls);
  }

  /** {@return the TLS settings} */
  public TlsSettings tls() {
    return values.tls;
  }

  /**
   * {@return a copy with another User-Agent}
   *
   * @param userAgent the value of the field; {@code qsde/} and the version by default
   * @throws InvalidRequest if it is empty or contains what a header cannot carry
   */
  public NetworkSettings withUserAgent(String userAgent) {
    String problem =
        userAgent.isBlank()
            ? "the user agent is empty"
            : Headers.valueProblem("the user agent", userAgent);
    if (problem != null) {
      throw refused(problem);
    }
    return with(v -> v.userAgent = userAgent.strip());
  }

  /** {@return the value of the User-Agent field} */
  public String userAgent() {
    return values.userAgent;
  }

  /**
   * {@return a copy with other header fields for every request}
   *
   * <p>They go to the origin of the request's own URI only; a request's field of the same name goes
   * before them.
   *
   * @param headers the fields, which replace those set before; names have no case; none by default
   * @throws InvalidRequest if a field is malformed or the engine's own: Range, If-*,
   *     Accept-Encoding, Host and hop-by-hop fields
   */
  public NetworkSettings withHeaders(Map<String, String> headers) {
    String problem = Headers.problem(headers);
    if (problem != null) {
      throw refused(problem);
    }
    Map<String, String> copy = Headers.copyOf(headers);
    return with(v -> v.headers = copy);
  }

  /**
   * {@return the header fields of every request, unmodifiable; names are looked up without case}
   */
  public Map<String, String> headers() {
    return values.headers;
  }

  /**
   * {@return a copy with another connect timeout}
   *
   * @param timeout for the TCP connection to each address of the host, for a proxy's answer to a
   *     tunnel, and once more for the TLS handshake; longer than zero; 10 seconds by default. An
   *     address that is silent is left before that, where another one answers: each is asked 250 ms
   *     after the one before it (RFC 8305)
   * @throws IllegalArgumentException if it is not longer than zero
   */
  public NetworkSettings withConnectTimeout(Duration timeout) {
    Duration checked = positive("the connect timeout", timeout);
    return with(v -> v.connectTimeout = checked);
  }

  /** {@return how long making a connection may take} */
  public Duration connectTimeout() {
    return values.connectTimeout;
  }

  /**
   * {@return a copy with another stall timeout}
   *
   * @param timeout for an answer, and for each next byte while bytes are wanted; longer than zero;
   *     30 seconds by default
   * @throws IllegalArgumentException if it is not longer than zero
   */
  public NetworkSettings withStallTimeout(Duration timeout) {
    Duration checked = positive("the stall timeout", timeout);
    return with(v -> v.stallTimeout = checked);
  }

  /** {@return how long a connection may be silent} */
  public Duration stallTimeout() {
    return values.stallTimeout;
  }

  /**
   * {@return a copy that gives up connections which are slower than this}
   *
   * <p>Such a connection has brought less over 30 seconds in which bytes of its answer were wanted:
   * the waits of a bound on the speed, of a pause, of a full memory or of a slow disk or reader are
   * none of its. Its segment goes on over another one, as after a stall.
   *
   * @param bytesPerSecond for each connection, not for a download; 0 for no such limit, the default
   * @throws IllegalArgumentException if it is negative
   */
  public NetworkSettings withSpeedLimit(long bytesPerSecond) {
    long checked = Limits.atLeast("the speed limit", bytesPerSecond, 0);
    return with(v -> v.speedLimit = checked);
  }

  /** {@return how many bytes a second a connection must bring, 0 for any} */
  public long speedLimit() {
    return values.speedLimit;
  }

  /**
   * {@return a copy that follows another number of redirects}
   *
   * @param redirects how many in a row, at least 0; 20 by default. One more fails with {@link
   *     DownloadException.TooManyRedirects}
   * @throws IllegalArgumentException if it is negative
   */
  public NetworkSettings withMaxRedirects(int redirects) {
    int checked = (int) Limits.atLeast("the number of redirects", redirects, 0);
    return with(v -> v.maxRedirects = checked);
  }

  /** {@return how many redirects in a row are followed} */
  public int maxRedirects() {
    return values.maxRedirects;
  }

  /**
   * {@return a copy with another address policy}
   *
   * @param policy says which addresses may be connected to; {@link AddressPolicy#any()} by default
   */
  public NetworkSettings withAddressPolicy(AddressPolicy policy) {
    Objects.requireNonNull(policy, "policy");
    return with(v -> v.addressPolicy = policy);
  }

  /** {@return which addresses may be connected to} */
  public AddressPolicy addressPolicy() {
    return values.addressPolicy;
  }

  /**
   * {@return a copy that uses the addresses of one family only, of proxies as well}
   *
   * <p>A name that has none of that family fails with {@link DownloadException.NameNotResolved},
   * and so does an address of the other one, at once.
   *
   * @param family the family; {@link AddressFamily#ANY} by default
   */
  public NetworkSettings withAddressFamily(AddressFamily family) {
    Objects.requireNonNull(family, "family");
    return with(v -> v.addressFamily = family);
  }

  /** {@return whose addresses are used} */
  public AddressFamily addressFamily() {
    return values.addressFamily;
  }

  /**
   * {@return a copy that knows the addresses of a host, so that no name server is asked}
   *
   * <p>The Host field and the name in a certificate stay the host's. The {@link AddressPolicy} is
   * asked about these addresses as about any other. Names that a proxy resolves are not looked up
   * here, so these do not count for them; for the proxies' own names they do.
   *
   * @param host the host of a URI
   * @param port the port of a URI
   * @param addresses its addresses in the order in which they are tried; none takes back what was
   *     set before; none by default
   * @throws InvalidRequest if the host or the port cannot stand in a URI
   */
  public NetworkSettings withAddresses(String host, int port, List<InetAddress> addresses) {
    boolean bare = host.indexOf(':') >= 0 && !host.startsWith("[");
    URI uri = HttpUris.parse("http://" + (bare ? "[" + host + "]" : host) + ":" + port);
    Map<String, List<InetAddress>> copy = new TreeMap<>(values.addresses);
    if (addresses.isEmpty()) {
      copy.remove(HttpUris.hostAndPort(uri));
    } else {
      copy.put(HttpUris.hostAndPort(uri), List.copyOf(addresses));
    }
    Map<String, List<InetAddress>> checked = Collections.unmodifiableMap(copy);
    return with(v -> v.addresses = checked);
  }

  /**
   * {@return the addresses that are known, unmodifiable; by host and port, such as {@code
   * example.org:443}}
   */
  public Map<String, List<InetAddress>> addresses() {
    return values.addresses;
  }

  /**
   * {@return a copy that speaks another version of HTTP}
   *
   * @param protocol the version; {@link HttpProtocol#AUTO} by default
   */
  public NetworkSettings withProtocol(HttpProtocol protocol) {
    Objects.requireNonNull(protocol, "protocol");
    return with(v -> v.protocol = protocol);
  }

  /** {@return the version of HTTP} */
  public HttpProtocol protocol() {
    return values.protocol;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NetworkSettings that && values.list().equals(that.values.list());
  }

  @Override
  public int hashCode() {
    return values.list().hashCode();
  }

  /** {@return the settings without proxies' credentials and the values of headers} */
  @Override
  public String toString() {
    return "NetworkSettings[proxy="
        + proxy()
        + ", tls="
        + tls()
        + ", userAgent="
        + userAgent()
        + ", headers="
        + Headers.redact(headers())
        + ", connectTimeout="
        + connectTimeout()
        + ", stallTimeout="
        + stallTimeout()
        + ", speedLimit="
        + speedLimit()
        + ", maxRedirects="
        + maxRedirects()
        + ", addressPolicy="
        + addressPolicy()
        + ", addressFamily="
        + addressFamily()
        + ", addresses="
        + addresses()
        + ", protocol="
        + protocol()
        + "]";
  }

  static Duration positive(String what, Duration duration) {
    if (duration.isZero() || duration.isNegative()) {
      throw new IllegalArgumentException(
          what + " must be longer than zero" + (duration.isZero() ? "" : ", not " + duration));
    }
    return duration;
  }

  /** Settings have no URI: the message names them instead. */
  private static InvalidRequest refused(String reason) {
    return new InvalidRequest(HttpUris.placeholder("the network settings"), null, reason, null);
  }

  private NetworkSettings with(Consumer<Values> change) {
    return new NetworkSettings(values.with(change));
  }

  private static final class Values extends Fields<Values> {
    ProxySettings proxy = ProxySettings.none();
    TlsSettings tls = TlsSettings.defaults();
    String userAgent = Version.userAgent();
    Map<String, String> headers = Headers.none();
    Duration connectTimeout = Duration.ofSeconds(10);
    Duration stallTimeout = Duration.ofSeconds(30);
    long speedLimit;
    int maxRedirects = 20;
    AddressPolicy addressPolicy = AddressPolicy.any();
    AddressFamily addressFamily = AddressFamily.ANY;
    Map<String, List<InetAddress>> addresses = Map.of();
    HttpProtocol protocol = HttpProtocol.AUTO;

    List<Object> list() {
      return List.of(
          proxy,
          tls,
          userAgent,
          headers,
          connectTimeout,
          stallTimeout,
          speedLimit,
          maxRedirects,
          addressPolicy,
          addressFamily,
          addresses,
          protocol);
    }
  }
}
