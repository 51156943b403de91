package com.qustellar.qsde.internal.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import java.util.Optional;

/**
 * The file name of a Content-Disposition field (RFC 6266).
 *
 * <p>Servers write this field in every broken way there is, so it is read forgivingly: a missing
 * type, missing quotes, a missing closing quote, unknown and repeated parameters harm nothing but
 * themselves. Of a repeated parameter the first counts.
 */
public final class ContentDisposition {

  private final String text;
  private int at;
  private Optional<String> plain = Optional.empty();
  private Optional<String> extended = Optional.empty();

  private ContentDisposition(String text) {
    this.text = text;
  }

  /**
   * {@return the name that the server gives to the file, as it stands there: it is <em>not</em> fit
   * for a file system before {@link FileNames#safe} has seen it}
   *
   * <p>{@code filename*} (RFC 8187, in UTF-8 or ISO-8859-1) counts before {@code filename}, unless
   * it can't be decoded.
   *
   * @param value the field value, its bytes as ISO-8859-1 or already as text
   */
  public static Optional<String> fileName(String value) {
    ContentDisposition field = new ContentDisposition(value);
    field.read();
    return field.extended.or(() -> field.plain);
  }

  private void read() {
    while (at < text.length()) {
      String name = until("=;").strip().toLowerCase(Locale.ROOT);
      if (peek('=')) {
        at++;
        take(name, value());
      }
      // What stands between a quoted value and the next semicolon belongs to nothing.
      until(";");
      at++;
    }
  }

  private void take(String name, String value) {
    if (name.equals("filename*") && extended.isEmpty()) {
      extended = extended(value).filter(text -> !text.isBlank());
    } else if (name.equals("filename") && plain.isEmpty()) {
      plain = Optional.of(unicode(value)).filter(text -> !text.isBlank());
    }
  }

  private String value() {
    while (peek(' ') || peek('\t')) {
      at++;
    }
    return peek('"') ? quoted() : until(";").strip();
  }

  /** A quoted-string (RFC 9110 §5.6.4), which the end of the field closes as well. */
  private String quoted() {
    StringBuilder value = new StringBuilder();
    for (at++; at < text.length() && !peek('"'); at++) {
      if (peek('\\') && at + 1 < text.length()) {
        at++;
      }
      value.append(text.charAt(at));
    }
    at++;
    return value.toString();
  }

  private String until(String ends) {
    int from = Math.min(at, text.length());
    while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(from, Math.max(from, Math.min(at, text.length())));
  }

  private boolean peek(char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  /** {@code charset'language'percent-encoded} (RFC 8187 §3.2). */
  private static Optional<String> extended(String value) {
    int charsetEnd = value.indexOf('\'');
    int languageEnd = value.indexOf('\'', charsetEnd + 1);
    if (charsetEnd < 0 || languageEnd < 0) {
      return Optional.empty();
    }
    String encoded = value.substring(languageEnd + 1);
    return switch (value.substring(0, charsetEnd).strip().toLowerCase(Locale.ROOT)) {
      case "utf-8" -> Percent.decode(unicode(encoded), UTF_8);
      case "iso-8859-1" -> Percent.decode(encoded, ISO_8859_1);
      default -> Optional.empty();
    };
  }

  /** A field is bytes: what reads as UTF-8 was meant so, whatever RFC 6266 allows. */
  private static String unicode(String value) {
    boolean bytes = value.chars().allMatch(c -> c <= 0xFF);
    return bytes ? Decoding.decode(value.getBytes(ISO_8859_1), UTF_8).orElse(value) : value;
  }
}
