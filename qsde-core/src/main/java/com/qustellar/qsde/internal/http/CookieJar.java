package com.qustellar.qsde.internal.http;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Cookies that are sent back to where they belong (RFC 6265); immutable.
 *
 * <p>It has no list of public suffixes, so a server may set a cookie for all of {@code co.uk}: a
 * jar is therefore for one download and never shared with others.
 */
public final class CookieJar {

  /** What browsers keep of one domain at least; the oldest give way. */
  private static final int MOST = 50;

  private static final CookieJar EMPTY = new CookieJar(List.of());

  private final List<Cookie> cookies;

  private CookieJar(List<Cookie> cookies) {
    this.cookies = cookies;
  }

  /** {@return a jar without cookies} */
  public static CookieJar empty() {
    return EMPTY;
  }

  /**
   * {@return a jar of these cookies, however many; one replaces an earlier one of the same name,
   * domain and path}
   *
   * @param cookies the cookies
   */
  public static CookieJar of(List<Cookie> cookies) {
    List<Cookie> kept = new ArrayList<>();
    cookies.forEach(cookie -> put(kept, cookie));
    return kept.isEmpty() ? EMPTY : new CookieJar(List.copyOf(kept));
  }

  /**
   * {@return the jar with what the Set-Cookie fields of an answer set, replace and end}
   *
   * @param uri the URI that answered, made by {@link HttpUris}
   * @param head the answer's head
   */
  public CookieJar with(URI uri, ResponseHead head) {
    List<String> fields = head.lines("Set-Cookie");
    if (fields.isEmpty()) {
      return this;
    }
    List<Cookie> kept = new ArrayList<>(cookies);
    for (String field : fields) {
      Cookie.parse(uri, field, head.received()).ifPresent(cookie -> put(kept, cookie));
    }
    kept.removeIf(cookie -> cookie.isOver(head.received()));
    int excess = Math.max(0, kept.size() - Math.max(MOST, cookies.size()));
    return new CookieJar(List.copyOf(kept.subList(excess, kept.size())));
  }

  /**
   * {@return the value of the Cookie field of a request, empty where no cookie is for it}
   *
   * @param uri the URI that is asked, made by {@link HttpUris}
   * @param now the present
   */
  public Optional<String> header(URI uri, Instant now) {
    if (cookies.isEmpty()) {
      return Optional.empty();
    }
    String header =
        cookies.stream()
            .filter(cookie -> cookie.isFor(uri, now))
            // The most specific path first (RFC 6265 §5.4), else in their order.
            .sorted(Comparator.comparingInt(cookie -> -cookie.path().length()))
            .map(cookie -> cookie.name() + "=" + cookie.value())
            .collect(Collectors.joining("; "));
    return header.isEmpty() ? Optional.empty() : Optional.of(header);
  }

  /** {@return the cookies without their values} */
  @Override
  public String toString() {
    return "CookieJar" + cookies;
  }

  /** A cookie keeps its place when it is replaced. */
  private static void put(List<Cookie> cookies, Cookie cookie) {
    for (int i = 0; i < cookies.size(); i++) {
      if (cookies.get(i).isReplacedBy(cookie)) {
        cookies.set(i, cookie);
        return;
      }
    }
    cookies.add(cookie);
  }
}
