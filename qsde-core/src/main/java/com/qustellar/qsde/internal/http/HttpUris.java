package com.qustellar.qsde.internal.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Absolute http and https URIs, taken as browsers take them.
 *
 * <p>What RFC 3986 forbids is percent-escaped and nothing else is touched: an escape stays as it
 * is, and so do dot segments, empty segments, ports and the order of a query, because a signature
 * may cover them. Scheme and host become lower case, an empty path becomes {@code /}, the fragment
 * is dropped.
 *
 * <p>{@link URI#getHost()} is null for names that {@code java.net} finds odd ({@code my_host},
 * {@code 0x7f.1}); {@link #host}, {@link #port} and {@link #userInfo} read every URI made here.
 */
public final class HttpUris {

  private static final Pattern ABSOLUTE = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)");
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9A-Fa-f:.]+]");
  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*\\.?");

  /** RFC 3986 §3.2.1 and §3.3, besides letters, digits and escapes. */
  private static final String IN_USER_INFO = "-._~!$&'()*+,;=:";

  private static final String IN_PATH = IN_USER_INFO + "@/";

  /** RFC 3986 §3.4, and the brackets that everybody sends. */
  private static final String IN_QUERY = IN_PATH + "?[]";

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
      return assemble(text);
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
    URI uri = parse(absolute);
    String userInfo = userInfo(uri);
    return userInfo == null ? uri : URI.create(uri.toString().replaceFirst("//[^/]*@", "//"));
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
      return Integer.parseInt(authority.substring(colon + 1));
    }
    return uri.getScheme().equals("https") ? 443 : 80;
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
    return URI.create(PLACEHOLDER + ":" + escape(shown.isEmpty() ? "(nothing)" : shown, "-._~:"));
  }

  private static URI assemble(String given) throws URISyntaxException {
    if (given.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw refused("it contains a line break or a NUL");
    }
    String text = given.strip();
    Matcher absolute = ABSOLUTE.matcher(text);
    if (!absolute.matches()) {
      throw refused("it must begin with http:// or https://");
    }
    String scheme = absolute.group(1).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw refused("only http and https can be downloaded");
    }
    String rest = before(absolute.group(2), '#');
    int end = authorityEnd(rest);
    String authority = authority(rest.substring(0, end));
    String path = before(rest.substring(end), '?');
    String query = rest.substring(end + path.length());
    return new URI(
        scheme
            + "://"
            + authority
            + (path.isEmpty() ? "/" : escape(path, IN_PATH))
            + escape(query, IN_QUERY));
  }

  private static String authority(String authority) throws URISyntaxException {
    int at = authority.lastIndexOf('@');
    String userInfo = at < 1 ? "" : escape(authority.substring(0, at), IN_USER_INFO) + "@";
    String host = authority.substring(at + 1);
    int colon = host.lastIndexOf(':');
    String port = "";
    if (colon > host.lastIndexOf(']')) {
      port = port(host.substring(colon + 1));
      host = host.substring(0, colon);
    }
    return userInfo + hostname(host) + port;
  }

  private static String port(String digits) throws URISyntaxException {
    if (digits.isEmpty()) {
      return "";
    }
    boolean decimal = digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    int port = decimal ? Integer.parseInt(digits) : 0;
    if (port < 1 || port > 65535) {
      throw refused("the port must be a number from 1 to 65535");
    }
    return ":" + port;
  }

  private static String hostname(String host) throws URISyntaxException {
    if (host.isEmpty()) {
      throw refused("it names no host");
    }
    if (host.startsWith("[")) {
      if (!IPV6.matcher(host).matches()) {
        throw refused("the IPv6 address is malformed");
      }
      return host.toLowerCase(Locale.ROOT);
    }
    if (host.indexOf(':') >= 0) {
      throw refused("an IPv6 address must stand in brackets, as in http://[::1]/");
    }
    String ascii;
    try {
      // ASCII is left alone: IDN refuses nothing there that the pattern would not.
      ascii = host.chars().allMatch(c -> c < 128) ? host : IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
    } catch (IllegalArgumentException e) {
      throw refused("the host is not a valid name");
    }
    String name = ascii.toLowerCase(Locale.ROOT);
    if (name.length() > 254 || !NAME.matcher(name).matches()) {
      throw refused("the host is not a valid name");
    }
    return name;
  }

  /** Percent-escapes, as UTF-8, all that is neither alphanumeric, nor legal, nor an escape. */
  private static String escape(String text, String legal) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (isAlphanumeric(c) || legal.indexOf(c) >= 0 || isEscape(text, i)) {
        escaped.append((char) c);
      } else {
        int known = Character.getType(c) == Character.SURROGATE ? 0xFFFD : c;
        for (byte b : Character.toString(known).getBytes(UTF_8)) {
          escaped.append('%').append(String.format(Locale.ROOT, "%02X", b));
        }
      }
      i += Character.charCount(c);
    }
    return escaped.toString();
  }

  private static boolean isAlphanumeric(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static boolean isEscape(String text, int i) {
    return text.charAt(i) == '%'
        && i + 2 < text.length()
        && Character.digit(text.charAt(i + 1), 16) >= 0
        && Character.digit(text.charAt(i + 2), 16) >= 0
        && text.charAt(i + 1) < 128
        && text.charAt(i + 2) < 128;
  }

  private static int authorityEnd(String rest) {
    int end = 0;
    while (end < rest.length() && rest.charAt(end) != '/' && rest.charAt(end) != '?') {
      end++;
    }
    return end;
  }

  private static String hostAndPort(URI uri) {
    String authority = uri.getRawAuthority();
    return authority.substring(authority.lastIndexOf('@') + 1);
  }

  private static String before(String text, char end) {
    int at = text.indexOf(end);
    return at < 0 ? text : text.substring(0, at);
  }

  /** Header text is bytes: what reads as UTF-8 was meant as UTF-8. */
  private static String text(String header) {
    if (header.chars().anyMatch(c -> c > 0xFF)) {
      return header;
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(header.getBytes(ISO_8859_1))).toString();
    } catch (CharacterCodingException e) {
      return header;
    }
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
      return before(text, ':') + ":…";
    }
    return text.substring(at + 1, end) + (end < text.length() ? "?…" : "");
  }

  private static URISyntaxException refused(String reason) {
    return new URISyntaxException("", reason);
  }
}
