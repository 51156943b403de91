package com.qustellar.qsde.internal.http;

import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A cookie and where it may be sent (RFC 6265).
 *
 * @param name the name
 * @param value the value, as it is sent
 * @param domain the host or domain in lower case, without a leading dot
 * @param hostOnly whether it is for that very host, and not for those below it
 * @param path the path that it is for, with all below it
 * @param secure whether it is for https only
 * @param expires when it ends, null for never
 */
public record Cookie(
    String name,
    String value,
    String domain,
    boolean hostOnly,
    String path,
    boolean secure,
    @Nullable Instant expires) {

  /** What browsers keep at most of name and value together. */
  private static final int LONGEST = 4096;

  /**
   * {@return the cookie that a Set-Cookie field sets (RFC 6265 §5.2 and §5.3), empty where it sets
   * none}
   *
   * <p>Refused are a domain that is not the host's own, one of a single label such as {@code com}
   * unless it is the host itself, a secure cookie from http, control characters, and more than 4096
   * characters.
   *
   * @param uri the URI that answered, made by {@link HttpUris}
   * @param field the field's value
   * @param now when it arrived
   */
  public static Optional<Cookie> parse(URI uri, String field, Instant now) {
    String[] parts = field.split(";", -1);
    int equals = parts[0].indexOf('=');
    if (equals < 0) {
      return Optional.empty();
    }
    String name = parts[0].substring(0, equals).strip();
    String value = parts[0].substring(equals + 1).strip();
    if (name.isEmpty()
        || name.length() + value.length() > LONGEST
        || (name + value).chars().anyMatch(c -> c < ' ' || c == 0x7F)) {
      return Optional.empty();
    }
    String host = HttpUris.host(uri);
    Attributes attributes = Attributes.of(parts, now);
    String domain = attributes.domain == null ? host : attributes.domain;
    boolean trusted = !attributes.secure || uri.getScheme().equals("https");
    if (!trusted || !(domain.equals(host) || (domain.indexOf('.') > 0 && isBelow(host, domain)))) {
      return Optional.empty();
    }
    return Optional.of(
        new Cookie(
            name,
            value,
            domain,
            attributes.domain == null,
            attributes.path == null ? defaultPath(uri) : attributes.path,
            attributes.secure,
            attributes.expires));
  }

  /**
   * {@return whether the cookie goes along with a request (RFC 6265 §5.4)}
   *
   * @param uri the URI that is asked, made by {@link HttpUris}
   * @param now the present
   */
  public boolean isFor(URI uri, Instant now) {
    String host = HttpUris.host(uri);
    return (host.equals(domain) || (!hostOnly && isBelow(host, domain)))
        && coversPath(uri.getRawPath())
        && (!secure || uri.getScheme().equals("https"))
        && !isOver(now);
  }

  /**
   * {@return whether its time is over}
   *
   * @param now the present
   */
  public boolean isOver(Instant now) {
    return expires != null && !expires.isAfter(now);
  }

  /** {@return whether another one takes this one's place} */
  boolean isReplacedBy(Cookie other) {
    return name.equals(other.name) && domain.equals(other.domain) && path.equals(other.path);
  }

  /** {@return the cookie without its value, which may be a secret} */
  @Override
  public String toString() {
    return "Cookie[name=" + name + ", domain=" + domain + ", path=" + path + "]";
  }

  /** RFC 6265 §5.1.3; an address has no hosts below it. */
  private static boolean isBelow(String host, String domain) {
    return host.endsWith("." + domain) && !isAddress(host);
  }

  private static boolean isAddress(String host) {
    return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
  }

  /** RFC 6265 §5.1.4. */
  private boolean coversPath(String requested) {
    return requested.equals(path)
        || (requested.startsWith(path)
            && (path.endsWith("/") || requested.charAt(path.length()) == '/'));
  }

  private static String defaultPath(URI uri) {
    String path = uri.getRawPath();
    int last = path.lastIndexOf('/');
    return last <= 0 ? "/" : path.substring(0, last);
  }

  /** What stands behind the first semicolon; of a repeated attribute the last counts. */
  private static final class Attributes {
    private @Nullable String domain;
    private @Nullable String path;
    private boolean secure;
    private @Nullable Instant expires;
    private boolean hasMaxAge;

    static Attributes of(String[] parts, Instant now) {
      Attributes attributes = new Attributes();
      for (int i = 1; i < parts.length; i++) {
        int equals = parts[i].indexOf('=');
        String name = equals < 0 ? parts[i] : parts[i].substring(0, equals);
        String value = equals < 0 ? "" : parts[i].substring(equals + 1).strip();
        attributes.add(name.strip().toLowerCase(Locale.ROOT), value, now);
      }
      return attributes;
    }

    private void add(String name, String value, Instant now) {
      switch (name) {
        case "domain" -> {
          String bare = value.startsWith(".") ? value.substring(1) : value;
          domain = bare.isEmpty() ? domain : bare.toLowerCase(Locale.ROOT);
        }
        case "path" -> path = value.startsWith("/") ? value : null;
        case "secure" -> secure = true;
        case "expires" -> {
          if (!hasMaxAge) {
            expires = CookieDate.parse(value).orElse(expires);
          }
        }
        case "max-age" -> maxAge(value, now);
        default -> {
          // HttpOnly, SameSite and the like are for browsers.
        }
      }
    }

    private void maxAge(String value, Instant now) {
      boolean negative = value.startsWith("-");
      if (Decimal.isDecimal(negative ? value.substring(1) : value)) {
        hasMaxAge = true;
        expires = negative ? now : after(now, Decimal.parse(value).orElse(Long.MAX_VALUE));
      }
    }

    private static @Nullable Instant after(Instant now, long seconds) {
      try {
        return now.plusSeconds(seconds);
      } catch (DateTimeException | ArithmeticException e) {
        return null;
      }
    }
  }
}
