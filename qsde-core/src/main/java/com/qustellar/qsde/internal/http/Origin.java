package com.qustellar.qsde.internal.http;

import java.net.URI;
import java.util.Locale;

/**
 * An origin: who answers for a URI (RFC 6454 §4, RFC 9110 §4.3.1).
 *
 * <p>Read from the authority itself, because {@link URI#getHost()} is null for names that {@code
 * java.net} finds odd, such as {@code my_host}.
 *
 * @param scheme the scheme in lower case
 * @param host the host in lower case; an IPv6 address without its brackets
 * @param port the port, the scheme's own where the URI has none
 */
public record Origin(String scheme, String host, int port) {

  /**
   * {@return the origin of a URI}
   *
   * @param uri an absolute http or https URI
   * @throws IllegalArgumentException if the URI has another scheme, no host or no valid port
   */
  public static Origin of(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    int port = defaultPort(scheme);
    String authority = uri.getRawAuthority();
    if (port < 0 || authority == null) {
      throw new IllegalArgumentException("not an absolute http or https URI");
    }
    String host = authority.substring(authority.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
    int colon = host.lastIndexOf(':');
    if (colon > host.lastIndexOf(']')) {
      port = colon == host.length() - 1 ? port : port(host.substring(colon + 1));
      host = host.substring(0, colon);
    }
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    host = bracketed ? host.substring(1, host.length() - 1) : host;
    if (host.isEmpty() || (!bracketed && host.indexOf(':') >= 0)) {
      throw new IllegalArgumentException("the URI names no host");
    }
    return new Origin(scheme, host, port);
  }

  /**
   * {@return the value of a Host field: the host, an IPv6 address in brackets, and the port where
   * it is not the scheme's own (RFC 9110 §7.2)}
   */
  public String hostHeader() {
    String name = host.indexOf(':') < 0 ? host : "[" + host + "]";
    return port == defaultPort(scheme) ? name : name + ":" + port;
  }

  /** {@return the origin as RFC 6454 §6.2 writes it, such as {@code https://example.org:8443}} */
  @Override
  public String toString() {
    return scheme + "://" + hostHeader();
  }

  private static int port(String digits) {
    int port = digits.length() <= 5 && Decimal.isDecimal(digits) ? Integer.parseInt(digits) : 0;
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("the port of the URI is not one from 1 to 65535");
    }
    return port;
  }

  private static int defaultPort(String scheme) {
    return switch (scheme) {
      case "http" -> 80;
      case "https" -> 443;
      default -> -1;
    };
  }
}
