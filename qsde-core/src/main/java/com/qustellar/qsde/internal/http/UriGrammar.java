package com.qustellar.qsde.internal.http;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes a written URI apart, mends its parts and puts it together again; see {@link HttpUris}. */
final class UriGrammar {

  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9A-Fa-f:.]+]");
  private static final String BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern IPV6_DOTTED =
      Pattern.compile("(\\[[0-9a-f:]*:)" + (BYTE + "\\.").repeat(3) + BYTE + "]");

  private static final String SEPARATOR = "://";
  private static final int LONGEST_NAME = 254;
  private static final int LONGEST_LABEL = 63;

  /** RFC 3986 §3.2.1 and §3.3, besides letters, digits and escapes. */
  private static final String IN_USER_INFO = "-._~!$&'()*+,;=:";

  private static final String IN_PATH = IN_USER_INFO + "@/";

  /** RFC 3986 §3.4, and the brackets that everybody sends. */
  private static final String IN_QUERY = IN_PATH + "?[]";

  private UriGrammar() {}

  static URI parse(String given) throws URISyntaxException {
    if (given.indexOf('\r') >= 0 || given.indexOf('\n') >= 0 || given.indexOf(0) >= 0) {
      throw refused("it contains a line break or a NUL");
    }
    String text = given.strip();
    int schemeEnd = Math.max(text.indexOf(SEPARATOR), 0);
    String scheme = text.substring(0, schemeEnd).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      boolean other = SCHEME.matcher(text).region(0, schemeEnd).matches();
      throw refused(
          other
              ? "only http and https can be downloaded"
              : "it must begin with http:// or https://");
    }
    String rest = HttpUris.before(text.substring(schemeEnd + SEPARATOR.length()), '#');
    int end = authorityEnd(rest);
    String authority = authority(rest.substring(0, end));
    String path = HttpUris.before(rest.substring(end), '?');
    String query = rest.substring(end + path.length());
    return new URI(
        scheme
            + "://"
            + authority
            + (path.isEmpty() ? "/" : Escapes.escape(path, IN_PATH))
            + Escapes.escape(query, IN_QUERY));
  }

  private static String authority(String authority) throws URISyntaxException {
    if (authority.indexOf('\\') >= 0) {
      // Some end the host here and some do not, so http://good\@evil/ has two readings.
      throw refused("a backslash stands in front of the path");
    }
    int at = authority.lastIndexOf('@');
    String userInfo = at < 1 ? "" : Escapes.escape(authority.substring(0, at), IN_USER_INFO) + "@";
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
    boolean decimal = digits.length() <= 5 && Decimal.isDecimal(digits);
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
      return ipv6(host.toLowerCase(Locale.ROOT));
    }
    if (host.indexOf(':') >= 0) {
      throw refused("an IPv6 address must stand in brackets, as in http://[::1]/");
    }
    String ascii;
    try {
      // ASCII is left alone: IDN refuses nothing there that isName would not.
      ascii = isAscii(host) ? host : IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
    } catch (IllegalArgumentException e) {
      throw refused("the host is not a valid name");
    }
    String name = ascii.toLowerCase(Locale.ROOT);
    if (!isName(name)) {
      throw refused("the host is not a valid name");
    }
    return Ipv4Literal.endsInNumber(name) ? ipv4(name) : name;
  }

  private static boolean isAscii(String host) {
    for (int i = 0; i < host.length(); i++) {
      if (host.charAt(i) >= 128) {
        return false;
      }
    }
    return true;
  }

  /** Labels with dots between them, and perhaps one at the end; none of them is empty. */
  private static boolean isName(String name) {
    int label = 0; // how long it is so far
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '.' ? label == 0 : !isInName(c) || label == LONGEST_LABEL) {
        return false;
      }
      label = c == '.' ? 0 : label + 1;
    }
    return !name.isEmpty() && name.length() <= LONGEST_NAME;
  }

  private static boolean isInName(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  }

  /** One spelling for an address, so that rules for hosts see what is connected to. */
  private static String ipv4(String host) throws URISyntaxException {
    String address = Ipv4Literal.canonical(host);
    if (address == null) {
      throw refused("the host ends in a number and is no IPv4 address");
    }
    return address;
  }

  /** Four decimal numbers at the end become two hexadecimal ones (RFC 5952 §5, WHATWG URL). */
  private static String ipv6(String host) throws URISyntaxException {
    if (host.indexOf('.') < 0) {
      return host;
    }
    Matcher dotted = IPV6_DOTTED.matcher(host);
    if (!dotted.matches()) {
      throw refused("the IPv6 address is malformed");
    }
    int[] bytes = new int[4];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = Integer.parseInt(dotted.group(i + 2));
    }
    return dotted.group(1)
        + Integer.toHexString((bytes[0] << 8) | bytes[1])
        + ":"
        + Integer.toHexString((bytes[2] << 8) | bytes[3])
        + "]";
  }

  private static int authorityEnd(String rest) {
    int end = 0;
    while (end < rest.length() && rest.charAt(end) != '/' && rest.charAt(end) != '?') {
      end++;
    }
    return end;
  }

  private static URISyntaxException refused(String reason) {
    return new URISyntaxException("", reason);
  }
}
