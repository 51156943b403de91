package com.qustellar.qsde.internal.http;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * An origin: who answers for a URI (RFC 6454 §4, RFC 9110 §4.3.1).
 *
 * @param scheme the scheme in lower case
 * @param host the host in lower case; an IPv6 address without its brackets
 * @param port the port, the scheme's own where the URI has none
 */
public record Origin(String scheme, String host, int port) {

  /**
   * {@return the origin of a URI}
   *
   * @param uri a URI that {@link HttpUris} made
   */
  public static Origin of(URI uri) {
    return new Origin(uri.getScheme(), HttpUris.host(uri), HttpUris.port(uri));
  }

  /**
   * {@return the value of a Host field: the host, an IPv6 address in brackets, and the port where
   * it is not the scheme's own (RFC 9110 §7.2)}
   */
  public String hostHeader() {
    String name = host.indexOf(':') < 0 ? host : "[" + host + "]";
    int ownPort = scheme.equals("https") ? 443 : 80;
    return port == ownPort ? name : name + ":" + port;
  }

  /** {@return the origin as RFC 6454 §6.2 writes it, such as {@code https://example.org:8443}} */
  @Override
  public String toString() {
    return scheme + "://" + hostHeader();
  }

  // By hand, as in ByteRange: a record's own are spun when they are first called.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Origin that
        && port == that.port
        && host.equals(that.host)
        && scheme.equals(that.scheme);
  }

  @Override
  public int hashCode() {
    return 31 * host.hashCode() + port;
  }
}
