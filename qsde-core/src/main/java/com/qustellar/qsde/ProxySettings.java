package com.qustellar.qsde;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import com.qustellar.qsde.internal.http.HttpUris;
import java.net.URI;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which proxy a request goes through; immutable.
 *
 * <p>A proxy is {@code http://host:port} or {@code socks5://host:port}, with {@code user:password@}
 * in front of the host where it wants credentials. {@code host:port} alone is an HTTP proxy;
 * without a port it is 80 for HTTP and 1080 for SOCKS.
 *
 * <p>An HTTP proxy gets http requests in absolute form (RFC 9112 §3.2.2), and for https a tunnel is
 * asked for with CONNECT (RFC 9110 §9.3.6); credentials are sent as Basic (RFC 7617). A SOCKS proxy
 * (RFC 1928, RFC 1929) tunnels both; {@code socks5h} has it resolve names, {@code socks5} resolves
 * them here, as in curl. Otherwise a name that is reached through a proxy is not resolved here.
 */
public final class ProxySettings {

  private static final Set<String> TARGETS = Set.of("http", "https");
  private static final Set<String> PROXIES = Set.of("http", "socks5", "socks5h");
  private static final ProxySettings NONE = new ProxySettings(Map.of(), NoProxy.NOBODY, false);

  private final Map<String, URI> proxies;
  private final NoProxy noProxy;
  private final boolean addressPolicyEnforced;

  private ProxySettings(Map<String, URI> proxies, NoProxy noProxy, boolean addressPolicyEnforced) {
    this.proxies = proxies;
    this.noProxy = noProxy;
    this.addressPolicyEnforced = addressPolicyEnforced;
  }

  /** {@return no proxy for anything} */
  public static ProxySettings none() {
    return NONE;
  }

  /**
   * {@return one proxy for http and https}
   *
   * @param uri the proxy
   * @throws InvalidRequest if it is not a usable proxy
   */
  public static ProxySettings parse(String uri) {
    return NONE.withScheme("http", uri).withScheme("https", uri);
  }

  /**
   * {@return what the environment says, as curl reads it}
   *
   * <p>{@code http_proxy} and {@code https_proxy} count for their scheme, {@code all_proxy} for
   * both where those are missing, {@code no_proxy} as {@link #withNoProxy}. Lower case goes before
   * upper case, and an empty variable turns a proxy off. {@code HTTP_PROXY} is ignored where {@code
   * REQUEST_METHOD} is set: under CGI it is a header that the client sent.
   *
   * @param environment the variables, most often {@link System#getenv()}
   * @throws InvalidRequest if a variable does not hold a usable proxy
   */
  public static ProxySettings fromEnvironment(Map<String, String> environment) {
    ProxySettings settings = NONE;
    String fallback = variable(environment, "all_proxy");
    for (String scheme : TARGETS) {
      String own = variable(environment, scheme + "_proxy");
      ProxySettings before = settings;
      settings =
          before.with(
              environment, own == null ? fallback : own, proxy -> before.withScheme(scheme, proxy));
    }
    return settings.with(environment, variable(environment, "no_proxy"), settings::withNoProxy);
  }

  /** Returns these with what a variable holds; one that can't be used is named. */
  private ProxySettings with(
      Map<String, String> environment,
      @Nullable String variable,
      Function<String, ProxySettings> taken) {
    String value = variable == null ? "" : environment.getOrDefault(variable, "");
    if (value.isBlank()) {
      return this;
    }
    try {
      return taken.apply(value);
    } catch (InvalidRequest e) {
      String reason = e.reason() + ": correct " + variable + " in the environment";
      throw new InvalidRequest(e.uri(), null, reason, e);
    }
  }

  /**
   * {@return a copy with another proxy for one scheme}
   *
   * @param scheme the scheme of the downloads: {@code http} or {@code https}
   * @param uri the proxy
   * @throws InvalidRequest if it is not a usable proxy
   * @throws IllegalArgumentException if the scheme is another
   */
  public ProxySettings withScheme(String scheme, String uri) {
    String target = scheme.toLowerCase(Locale.ROOT);
    if (!TARGETS.contains(target)) {
      throw new IllegalArgumentException("only http and https go through a proxy, not " + scheme);
    }
    Map<String, URI> copy = new TreeMap<>(proxies);
    copy.put(target, proxy(uri));
    return new ProxySettings(Collections.unmodifiableMap(copy), noProxy, addressPolicyEnforced);
  }

  /**
   * {@return the proxy of a scheme, null for none; with its credentials: do not log it}
   *
   * @param scheme {@code http} or {@code https}
   */
  public @Nullable URI scheme(String scheme) {
    return proxies.get(scheme.toLowerCase(Locale.ROOT));
  }

  /**
   * {@return a copy with other hosts that are reached directly}
   *
   * @param hosts entries separated by commas or spaces: a name stands for itself and its
   *     subdomains, an address or a net such as {@code 10.0.0.0/8} for addresses in the URI (names
   *     are not resolved for it), {@code *} for all; {@code :port} behind an entry narrows it down;
   *     none by default
   * @throws InvalidRequest if the port of an entry is none
   */
  public ProxySettings withNoProxy(String hosts) {
    return new ProxySettings(proxies, NoProxy.parse(hosts), addressPolicyEnforced);
  }

  /** {@return the hosts that are reached directly, as they were given; empty by default} */
  public String noProxy() {
    return noProxy.toString();
  }

  /**
   * {@return a copy that says whether the proxies refuse by themselves what the address policy
   * refuses}
   *
   * <p>Behind a proxy nobody here sees which address a name has, so a request under an {@link
   * AddressPolicy} fails with {@link InvalidRequest} unless its proxy is declared to enforce the
   * policy. Addresses that the URI itself contains are refused here all the same. The proxy's own
   * address is never asked about.
   *
   * @param enforced whether they do; false by default
   */
  public ProxySettings withAddressPolicyEnforced(boolean enforced) {
    return new ProxySettings(proxies, noProxy, enforced);
  }

  /** {@return whether the proxies are declared to enforce the address policy} */
  public boolean addressPolicyEnforced() {
    return addressPolicyEnforced;
  }

  /**
   * {@return the proxy to reach a URI through, empty to reach it directly; with its credentials: do
   * not log it}
   *
   * <p>Its scheme is {@code http}, {@code socks5} or {@code socks5h}, and its port is always
   * written.
   *
   * @param target an http or https URI
   * @throws InvalidRequest if the target is none
   */
  public Optional<URI> proxyFor(URI target) {
    if (proxies.isEmpty()) {
      return Optional.empty();
    }
    URI uri = HttpUris.parse(target.toString());
    return noProxy.covers(HttpUris.host(uri), HttpUris.port(uri))
        ? Optional.empty()
        : Optional.ofNullable(scheme(uri.getScheme()));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ProxySettings that
        && proxies.equals(that.proxies)
        && noProxy().equals(that.noProxy())
        && addressPolicyEnforced == that.addressPolicyEnforced;
  }

  @Override
  public int hashCode() {
    return Objects.hash(proxies, noProxy(), addressPolicyEnforced);
  }

  /** {@return the settings without the proxies' credentials} */
  @Override
  public String toString() {
    String policy = addressPolicyEnforced ? ", addressPolicyEnforced" : "";
    return proxies.entrySet().stream()
        .map(proxy -> proxy.getKey() + "=" + HttpUris.redact(proxy.getValue()) + ", ")
        .collect(Collectors.joining("", "ProxySettings[", "noProxy=" + noProxy + policy + "]"));
  }

  /** Returns the name of the variable that counts, null where neither is set. */
  private static @Nullable String variable(Map<String, String> environment, String lower) {
    if (environment.containsKey(lower)) {
      return lower;
    }
    String upper = lower.toUpperCase(Locale.ROOT);
    boolean ofClient = upper.equals("HTTP_PROXY") && environment.containsKey("REQUEST_METHOD");
    return environment.containsKey(upper) && !ofClient ? upper : null;
  }

  private static URI proxy(String text) {
    String proxy = text.strip();
    int end = proxy.indexOf("://");
    String scheme = end < 0 ? "http" : proxy.substring(0, end).toLowerCase(Locale.ROOT);
    if (!PROXIES.contains(scheme)) {
      throw refused(text, "a proxy is http://host:port or socks5://host:port");
    }
    URI uri;
    try {
      uri = HttpUris.parse("http://" + (end < 0 ? proxy : proxy.substring(end + 3)));
    } catch (InvalidRequest e) {
      throw refused(text, e.reason());
    }
    if (!HttpUris.requestTarget(uri).equals("/")) {
      throw refused(text, "a proxy is http://host:port or socks5://host:port without a path");
    }
    String authority = uri.getRawAuthority();
    String port = scheme.equals("http") ? ":80" : ":1080";
    return URI.create(scheme + "://" + authority + (authority.matches(".*:\\d+") ? "" : port));
  }

  private static InvalidRequest refused(String text, String reason) {
    return new InvalidRequest(HttpUris.placeholder(text), null, reason, null);
  }
}
