package com.qustellar.qsde.internal.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Absolute http and https URIs, taken as browsers take them.
 *
 * <p>What RFC 3986 forbids is percent-escaped and nothing else is touched: an escape stays as it
 * is, and so do dot segments, empty segments, ports and the order of a query, because a signature
 * may cover them. Scheme and host become lower case, an empty path becomes {@code /}, the fragment
 * is dropped. A host that ends in a number is an IPv4 address, however it is spelt ({@code 0x7f.1},
 * {@code 2130706433}), and becomes four decimal numbers; where it is none, the URI is refused.
 *
 * <p>{@link URI#getHost()} is null for names that {@code java.net} finds odd ({@code my_host});
 * {@link #host}, {@link #port} and {@link #userInfo} read every URI made here.
 */
public final class HttpUris {

  private static final Pattern SCHEME =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*:).*", Pattern.DOTALL);
  private static final String PLACEHOLDER = "invalid";
  private static final int LONGEST_QUOTE = 120;

  private HttpUris() {}

  /**
   * {@return the URI that a caller wrote}
   *
   * @param text an absolute http or https URI
   * @throws InvalidRequest if it is none; its message says why and shows no secret
   */
  public static URI parse(String text) {
    try {
      return UriGrammar.parse(text);
    } catch (URISyntaxException e) {
      // Not as the cause: a URISyntaxException quotes its input, secrets and all.
      throw new InvalidRequest(placeholder(text), null, e.getReason(), null);
    }
  }

  /**
   * {@return the URI that a Location header means (RFC 9110 §10.2.2, RFC 3986 §5.2), without
   * userinfo}
   *
   * @param base the URI that answered
   * @param location the header's value, its bytes as ISO-8859-1 or already as text
   * @throws InvalidRequest if it does not lead to an http or https URI
   */
  public static URI resolve(URI base, String location) {
    String reference = text(location).strip();
    String scheme = base.getScheme() + ":";
    String origin = scheme + "//" + hostAndPort(base);
    String absolute;
    if (SCHEME.matcher(reference).matches()) {
      absolute = reference;
    } else if (reference.startsWith("//")) {
      absolute = scheme + reference;
    } else if (reference.startsWith("/")) {
      absolute = origin + reference;
    } else if (reference.isEmpty() || reference.startsWith("#")) {
      absolute = origin + requestTarget(base);
    } else if (reference.startsWith("?")) {
      absolute = origin + base.getRawPath() + reference;
    } else {
      absolute = origin + merge(base.getRawPath(), reference);
    }
    return URI.create(parse(absolute).toString().replaceFirst("//[^/]*@", "//"));
  }

  /**
   * {@return the host, an IPv6 address without its brackets}
   *
   * @param uri a URI made here
   */
  public static String host(URI uri) {
    String host = hostAndPort(uri);
    int colon = host.lastIndexOf(':');
    if (colon > host.lastIndexOf(']')) {
      host = host.substring(0, colon);
    }
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /**
   * {@return the port, the scheme's own where none is written}
   *
   * @param uri a URI made here
   */
  public static int port(URI uri) {
    String authority = hostAndPort(uri);
    int colon = authority.lastIndexOf(':');
    if (colon > authority.lastIndexOf(']')) {
      return Integer.parseInt(authority, colon + 1, authority.length(), 10);
    }
    return uri.getScheme().equals("https") ? 443 : 80;
  }

  /**
   * {@return host and port as they are written, an IPv6 address in brackets: the Host field's value
   * (RFC 9110 §7.2)}
   *
   * @param uri a URI made here
   */
  public static String hostAndPort(URI uri) {
    String authority = uri.getRawAuthority();
    return authority.substring(authority.lastIndexOf('@') + 1);
  }

  /**
   * {@return the userinfo, still escaped, or null}
   *
   * @param uri a URI made here
   */
  public static @Nullable String userInfo(URI uri) {
    String authority = uri.getRawAuthority();
    int at = authority.lastIndexOf('@');
    return at < 0 ? null : authority.substring(0, at);
  }

  /**
   * {@return path and query as they stand in a request line}
   *
   * @param uri a URI made here
   */
  public static String requestTarget(URI uri) {
    String query = uri.getRawQuery();
    return query == null ? uri.getRawPath() : uri.getRawPath() + "?" + query;
  }

  /**
   * {@return whether scheme, host and port are the same (RFC 6454)}
   *
   * @param one a URI made here
   * @param other another
   */
  public static boolean sameOrigin(URI one, URI other) {
    return one.getScheme().equals(other.getScheme())
        && host(one).equals(host(other))
        && port(one) == port(other);
  }

  /**
   * {@return the URI as logs, messages and screens may show it: without userinfo and fragment, the
   * query as an ellipsis}
   *
   * @param uri any URI, a placeholder as well
   */
  public static String redact(URI uri) {
    if (PLACEHOLDER.equals(uri.getScheme())) {
      return SafeText.strip(uri.getSchemeSpecificPart());
    }
    if (uri.isOpaque()) {
      return uri.getScheme() + ":…";
    }
    StringBuilder shown = new StringBuilder();
    if (uri.getScheme() != null) {
      shown.append(uri.getScheme()).append(':');
    }
    if (uri.getRawAuthority() != null) {
      shown.append("//").append(hostAndPort(uri));
    }
    shown.append(uri.getRawPath());
    if (uri.getRawQuery() != null) {
      shown.append("?…");
    }
    return SafeText.strip(shown.toString());
  }

  /**
   * {@return a URI that stands in an exception for a text that is none}
   *
   * <p>Its scheme is {@code invalid}; {@link #redact} shows the text again, without what may be a
   * secret.
   *
   * @param text what was given
   */
  public static URI placeholder(String text) {
    String shown = SafeText.strip(withoutSecrets(text), LONGEST_QUOTE).strip();
    // An escape is a part of the text, and not of this URI.
    String quoted = shown.isEmpty() ? "(nothing)" : shown.replace("%", "%25");
    return URI.create(PLACEHOLDER + ":" + Escapes.escape(quoted, "-._~:"));
  }

  static String before(String text, char end) {
    int at = text.indexOf(end);
    return at < 0 ? text : text.substring(0, at);
  }

  /** Header text is bytes: what reads as UTF-8 was meant as UTF-8. */
  private static String text(String header) {
    if (header.chars().anyMatch(c -> c > 0xFF)) {
      return header;
    }
    return Decoding.decode(header.getBytes(ISO_8859_1), UTF_8).orElse(header);
  }

  /** RFC 3986 §5.2.3 and §5.2.4, for a relative path; a base's empty segments are kept. */
  private static String merge(String basePath, String reference) {
    String path = before(before(reference, '#'), '?');
    String suffix = reference.substring(path.length());
    String left = basePath.substring(0, basePath.lastIndexOf('/') + 1);
    StringBuilder merged = new StringBuilder(left);
    int from = 0;
    while (from <= path.length()) {
      int slash = path.indexOf('/', from);
      boolean last = slash < 0;
      String segment = path.substring(from, last ? path.length() : slash);
      if (segment.equals("..")) {
        int parent = merged.lastIndexOf("/", merged.length() - 2);
        merged.setLength(parent < 0 ? 1 : parent + 1);
      } else if (!segment.equals(".")) {
        merged.append(segment).append(last ? "" : "/");
      }
      from = last ? path.length() + 1 : slash + 1;
    }
    return merged + suffix;
  }

  /** A malformed URI has no certain parts, so anything that could be a secret goes. */
  private static String withoutSecrets(String text) {
    int at = text.lastIndexOf('@');
    int end = before(before(text, '?'), '#').length();
    if (at > end) {
      // A query with an @, or a password with a question mark: nobody can tell.
      Matcher scheme = SCHEME.matcher(text);
      return scheme.matches() && text.startsWith("//", scheme.end(1)) ? scheme.group(1) + "…" : "…";
    }
    return text.substring(at + 1, end) + (end < text.length() ? "?…" : "");
  }
}
