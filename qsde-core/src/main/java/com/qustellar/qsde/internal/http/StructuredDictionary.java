package com.qustellar.qsde.internal.http;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The dictionaries of structured fields (RFC 9651 §3.2), of which only byte sequences matter. */
final class StructuredDictionary {

  private static final String KEY = "[a-z*][a-z0-9_.*-]*+";
  private static final String BYTES = ":[A-Za-z0-9+/=]*+:";
  private static final String STRING = "\"(?:[ !#-\\[\\]-~]|\\\\[\"\\\\])*+\"";
  private static final String TOKEN = "[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*+";
  private static final String NUMBER = "-?[0-9]{1,15}(?:\\.[0-9]{1,3})?+";
  private static final String DISPLAY = "%\"[ !#-~]*+\"";
  private static final String BARE =
      "(?:%s|%s|%s|%s|\\?[01]|@-?[0-9]{1,15}|%s)".formatted(BYTES, STRING, TOKEN, NUMBER, DISPLAY);
  private static final String PARAMETERS = "(?:; *+" + KEY + "(?:=" + BARE + ")?+)*+";
  private static final String ITEM = BARE + PARAMETERS;
  private static final String INNER_LIST = "\\( *+(?:" + ITEM + "(?: ++|(?=\\))))*+\\)";

  private static final Pattern MEMBER =
      Pattern.compile(
          "(%s)(?:=(?:(%s)|%s|%s))?+%s".formatted(KEY, BYTES, INNER_LIST, BARE, PARAMETERS));

  private static final Pattern SEPARATOR = Pattern.compile("[ \\t]*+,[ \\t]*+");

  private StructuredDictionary() {}

  /**
   * {@return the members that are byte sequences; none where the field is malformed, as RFC 9651
   * §4.2 demands}
   *
   * <p>Of a repeated key the last member counts.
   *
   * @param lines the field's lines
   */
  static Map<String, byte[]> bytes(List<String> lines) {
    if (lines.isEmpty()) {
      return Map.of();
    }
    String text = String.join(", ", lines).strip();
    Map<String, byte[]> members = new LinkedHashMap<>();
    Matcher member = MEMBER.matcher(text);
    Matcher separator = SEPARATOR.matcher(text);
    int at = 0;
    while (at < text.length()) {
      if (!member.region(at, text.length()).lookingAt()) {
        return Map.of();
      }
      at = member.end();
      // A later member of another type replaces a sequence as well.
      members.remove(member.group(1));
      if (member.group(2) != null) {
        Optional<byte[]> decoded =
            base64(member.group(2).substring(1, member.group(2).length() - 1));
        if (decoded.isEmpty()) {
          return Map.of();
        }
        members.put(member.group(1), decoded.get());
      }
      if (at < text.length()) {
        if (!separator.region(at, text.length()).lookingAt() || separator.end() == text.length()) {
          return Map.of();
        }
        at = separator.end();
      }
    }
    return members;
  }

  /** {@return the bytes, empty where the text is no base64 (RFC 4648 §4)} */
  static Optional<byte[]> base64(String text) {
    try {
      return Optional.of(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
