package com.qustellar.qsde;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The rules for header fields that a caller sets: immutable maps whose names have no case. */
final class Headers {

  /** Fields that are the engine's own, hop by hop (RFC 9110 §7.6.1), or decide the framing. */
  private static final Set<String> RESERVED =
      Set.of(
          "range",
          "accept-encoding",
          "host",
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authorization",
          "transfer-encoding",
          "te",
          "trailer",
          "upgrade",
          "http2-settings",
          "content-length",
          "expect");

  private static final String TOKEN_PUNCTUATION = "!#$%&'*+-.^_`|~";

  private Headers() {}

  static Map<String, String> none() {
    return Collections.emptyMap();
  }

  /** Returns a copy with that field set; one of the same name is replaced. */
  static Map<String, String> with(Map<String, String> headers, String name, String value) {
    Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    copy.putAll(headers);
    copy.remove(name);
    copy.put(name, value.strip()); // whitespace around a value is no part of it
    return Collections.unmodifiableMap(copy);
  }

  static Map<String, String> copyOf(Map<String, String> headers) {
    Map<String, String> copy = none();
    for (Map.Entry<String, String> header : headers.entrySet()) {
      copy = with(copy, header.getKey(), header.getValue());
    }
    return copy;
  }

  /** Returns what is wrong with the first bad field, or null. */
  static @Nullable String problem(Map<String, String> headers) {
    for (Map.Entry<String, String> header : headers.entrySet()) {
      String problem = problem(header.getKey(), header.getValue());
      if (problem != null) {
        return problem;
      }
    }
    return null;
  }

  /** Returns what is wrong with a field, or null. The value, perhaps a secret, is never quoted. */
  static @Nullable String problem(String name, String value) {
    if (name.isEmpty() || !name.chars().allMatch(Headers::isTokenCharacter)) {
      return "a header's name has letters, digits and hyphens only (RFC 9110 token)";
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (RESERVED.contains(lower) || lower.startsWith("if-")) {
      return "the header " + name + " is set by the engine itself: leave it out";
    }
    return valueProblem("the header " + name, value);
  }

  /** Returns what is wrong with a field's value (RFC 9110 §5.5), or null. */
  static @Nullable String valueProblem(String what, String value) {
    if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7F)) {
      return what + " contains a line break or another control character";
    }
    if (value.chars().anyMatch(c -> c > 0xFF)) {
      return what + " contains characters outside ISO-8859-1: encode them";
    }
    return null;
  }

  /** Shows the names and hides the values. */
  static String redact(Map<String, String> headers) {
    return headers.keySet().stream()
        .map(name -> name + "=…")
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static boolean isTokenCharacter(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || TOKEN_PUNCTUATION.indexOf(c) >= 0;
  }
}
