package com.qustellar.qsde.internal.files;

import com.qustellar.qsde.internal.http.Cookie;
import com.qustellar.qsde.internal.http.Decimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Cookies as Netscape wrote them, and curl, wget and browsers' extensions still do.
 *
 * <pre>{@code
 * domain \t include subdomains \t path \t https only \t expires \t name \t value
 * }</pre>
 *
 * <p>{@code TRUE} and {@code FALSE} for the second and the fourth, seconds since 1970 for the
 * fifth, 0 for never. Empty lines are skipped, and those that begin with {@code #} but for {@code
 * #HttpOnly_}.
 */
public final class CookieFile {

  private static final String HTTP_ONLY = "#HttpOnly_";
  private static final int FIELDS = 7;
  private static final long LAST_SECOND = Instant.MAX.getEpochSecond();

  private CookieFile() {}

  /**
   * {@return the cookies of a file, in their order}
   *
   * @param lines the file's lines
   * @throws IllegalArgumentException if a line is no cookie; the message names its number and shows
   *     nothing of it
   */
  public static List<Cookie> parse(List<String> lines) {
    List<Cookie> cookies = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith(HTTP_ONLY)) {
        line = line.substring(HTTP_ONLY.length());
      } else if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      cookies.add(cookie(line.split("\t", FIELDS), i + 1));
    }
    return cookies;
  }

  private static Cookie cookie(String[] fields, int number) {
    // A last field that is empty is left out by some.
    if (fields.length < FIELDS - 1) {
      throw malformed(number, "has no seven fields with tabs between them");
    }
    String value = fields.length == FIELDS ? fields[FIELDS - 1].strip() : "";
    if ((fields[5] + value).chars().anyMatch(c -> c < ' ' || c == 0x7F || c > 0xFF)) {
      throw malformed(number, "has characters that a cookie can't have");
    }
    boolean dotted = fields[0].startsWith(".");
    String domain = (dotted ? fields[0].substring(1) : fields[0]).toLowerCase(Locale.ROOT);
    boolean below = dotted || fields[1].equalsIgnoreCase("TRUE");
    String path = fields[2].startsWith("/") ? fields[2] : "/";
    boolean secure = fields[3].equalsIgnoreCase("TRUE");
    // Some write fractions, and -1 or 0 for a cookie that ends with a session.
    String seconds = fields[4].replaceFirst("\\..*", "");
    OptionalLong expires = Decimal.parse(seconds);
    if (expires.isEmpty() && !seconds.startsWith("-")) {
      throw malformed(number, "has a time that is no number of seconds");
    }
    long end = expires.orElse(0);
    return new Cookie(
        fields[5],
        value,
        domain,
        !below,
        path,
        secure,
        end == 0 || end > LAST_SECOND ? null : Instant.ofEpochSecond(end));
  }

  private static IllegalArgumentException malformed(int number, String what) {
    return new IllegalArgumentException("line " + number + " " + what);
  }
}
