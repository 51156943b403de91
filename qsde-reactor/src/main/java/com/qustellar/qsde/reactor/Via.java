package com.qustellar.qsde.reactor;

import com.qustellar.qsde.AddressPolicy;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.internal.http.HttpUris;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.proxy.ProxyConnectException;
import io.netty.util.NetUtil;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.netty.transport.AddressUtils;

/**
 * How a request gets to its server: directly, or through a proxy.
 *
 * <p>An HTTP proxy gets a request for http itself, in absolute form (RFC 9112 §3.2.2): many refuse
 * tunnels to port 80. All else goes through a {@link Tunnel}.
 *
 * @param proxy the proxy with its credentials, null for none
 */
record Via(Kind kind, @Nullable URI proxy) {

  private static final Via DIRECT = new Via(Kind.DIRECT, null);

  enum Kind {
    DIRECT,
    FORWARD,
    CONNECT,
    SOCKS5,
    SOCKS5H
  }

  /** A name and a password as they are, not as they stand in a URI. */
  record Credentials(String name, String password) {

    String basic() {
      byte[] pair = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
      return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    /** RFC 1929 §2, as far as Netty follows it. */
    boolean fitsSocks() {
      String all = name + password;
      return !name.isEmpty()
          && name.length() <= 255
          && password.length() <= 255
          && all.chars().allMatch(c -> c < 128);
    }

    @Override
    public String toString() {
      return "(credentials)";
    }
  }

  static Via of(NetworkSettings settings, URI uri) {
    URI proxy = settings.proxy().proxyFor(uri).orElse(null);
    if (proxy == null) {
      return DIRECT;
    }
    Kind kind =
        switch (proxy.getScheme()) {
          case "socks5" -> Kind.SOCKS5;
          case "socks5h" -> Kind.SOCKS5H;
          default -> uri.getScheme().equals("http") ? Kind.FORWARD : Kind.CONNECT;
        };
    return new Via(kind, proxy);
  }

  boolean isProxied() {
    return proxy != null;
  }

  /** Returns whether the proxy itself answers the request. */
  boolean isForwarded() {
    return kind == Kind.FORWARD;
  }

  /** Returns where the proxy is: a name that is not resolved yet, or an address. */
  InetSocketAddress address() {
    URI uri = Objects.requireNonNull(proxy);
    return AddressUtils.createUnresolved(HttpUris.host(uri), HttpUris.port(uri));
  }

  /** Returns what the proxy wants to see, null if nothing was given. */
  @Nullable Credentials credentials() {
    String userInfo = HttpUris.userInfo(Objects.requireNonNull(proxy));
    if (userInfo == null) {
      return null;
    }
    int colon = userInfo.indexOf(':');
    String name = colon < 0 ? userInfo : userInfo.substring(0, colon);
    return new Credentials(decode(name), colon < 0 ? "" : decode(userInfo.substring(colon + 1)));
  }

  private static String decode(String escaped) {
    return URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private boolean isSocks() {
    return kind == Kind.SOCKS5 || kind == Kind.SOCKS5H;
  }

  /**
   * Returns what stands against a proxied request, null for nothing: credentials that cannot be
   * sent, that nobody would ask the address policy about a name's addresses, or an address in the
   * URI that it refuses.
   */
  @Nullable Exception forbidden(NetworkSettings settings, URI uri) {
    Credentials given = isSocks() ? credentials() : null;
    if (given != null && !given.fitsSocks()) {
      return new UnusableProxyException(
          "a SOCKS proxy takes a name of 1 to 255 ASCII characters and a password of 255 at most");
    }
    AddressPolicy policy = settings.addressPolicy();
    if (!isProxied() || policy.equals(AddressPolicy.any())) {
      return null;
    }
    if (!settings.proxy().addressPolicyEnforced()) {
      return new UnusableProxyException(
          "an address policy cannot be kept behind a proxy, unless that is declared to enforce it");
    }
    String host = HttpUris.host(uri);
    InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
    return literal == null ? null : AddressGuard.refusal(policy, AddressGuard.named(host, literal));
  }

  /** Adds the Host field where the client would take the proxy's name for it. */
  void complete(HttpHeaders fields, URI uri) {
    if (isForwarded()) {
      fields.set(HttpHeaderNames.HOST, HttpUris.hostAndPort(uri));
    }
  }

  /** Returns why the proxy did not pass on the request that it answered, null if it did. */
  @Nullable ProxyException refusal(int status) {
    return isForwarded() && status == 407
        ? ProxyException.ofStatus(status, null).named(proxy)
        : null;
  }

  /** Tells what the client's error means where it is the proxy that was connected to. */
  Throwable explain(Throwable thrown) {
    if (!isProxied()) {
      return thrown;
    }
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProxyConnectException refused) {
        return ProxyException.of(refused).named(proxy);
      }
    }
    boolean unreachable =
        thrown instanceof ConnectException
            || thrown instanceof NoRouteToHostException
            || (thrown instanceof UnknownHostException
                && !(thrown instanceof UnresolvedTargetException));
    return unreachable ? ProxyException.unreachable(thrown).named(proxy) : thrown;
  }

  /** Returns it without the credentials. */
  @Override
  public String toString() {
    return kind + (proxy == null ? "" : " " + HttpUris.redact(proxy));
  }

  /** The request must not, or cannot, go through its proxy. */
  static final class UnusableProxyException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableProxyException(String reason) {
      super(reason);
    }
  }

  /** The server's name is not known here, the proxy's is. */
  static final class UnresolvedTargetException extends UnknownHostException {
    private static final long serialVersionUID = 1;

    UnresolvedTargetException(Throwable cause) {
      super(cause.getMessage());
      initCause(cause);
    }
  }
}
