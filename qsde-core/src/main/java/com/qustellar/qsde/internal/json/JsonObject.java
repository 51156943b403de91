package com.qustellar.qsde.internal.json;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * JSON objects on one line (RFC 8259), of strings, whole numbers, booleans, nulls and such objects.
 *
 * <p>What is written is ASCII, so that neither an encoding nor a terminal changes it. What is read
 * is an object from its first to its last character, or nothing: of a line that was torn off there
 * is no half.
 */
public final class JsonObject {

  private static final int DEEPEST = 16;

  private final String text;
  private int at;
  private int depth;

  private JsonObject(String text) {
    this.text = text;
  }

  /**
   * {@return the object on one line}
   *
   * @param fields by name, in this order; null values are left out
   * @throws IllegalArgumentException if a value is none of the kinds above
   */
  public static String write(Map<String, ?> fields) {
    StringBuilder json = new StringBuilder();
    write(json, fields);
    return json.toString();
  }

  private static void write(StringBuilder json, Map<?, ?> fields) {
    json.append('{');
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      if (field.getValue() != null) {
        json.append(json.charAt(json.length() - 1) == '{' ? "" : ",");
        quote(json, String.valueOf(field.getKey()));
        json.append(':');
        writeValue(json, field.getValue());
      }
    }
    json.append('}');
  }

  private static void writeValue(StringBuilder json, Object value) {
    if (value instanceof String string) {
      quote(json, string);
    } else if (value instanceof Map<?, ?> fields) {
      write(json, fields);
    } else if (value instanceof Boolean || value instanceof Integer || value instanceof Long) {
      json.append(value);
    } else {
      throw new IllegalArgumentException("not a value of JSON here: " + value.getClass());
    }
  }

  private static void quote(StringBuilder json, String string) {
    json.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c >= ' ' && c < 0x7F) {
        json.append(c);
      } else {
        json.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          json.append(Character.forDigit((c >> shift) & 0xF, 16));
        }
      }
    }
    json.append('"');
  }

  /**
   * {@return the fields by name, in their order: String, Long, Boolean or Map, without those that
   * are null; empty if the line is no such object}
   *
   * @param line the line
   */
  public static Optional<Map<String, Object>> read(String line) {
    JsonObject json = new JsonObject(line);
    try {
      json.space();
      Map<String, Object> fields = json.object();
      json.space();
      return json.at == line.length() ? Optional.of(fields) : Optional.empty();
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  private Map<String, Object> object() {
    if (++depth > DEEPEST) {
      throw malformed();
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    expect('{');
    space();
    if (peek() != '}') {
      field(fields);
      while (peek() == ',') {
        at++;
        space();
        field(fields);
      }
    }
    expect('}');
    depth--;
    return fields;
  }

  private void field(Map<String, Object> fields) {
    String name = string();
    space();
    expect(':');
    space();
    if (text.startsWith("null", at)) {
      at += 4;
    } else {
      fields.put(name, value());
    }
    space();
  }

  private Object value() {
    return switch (peek()) {
      case '"' -> string();
      case '{' -> object();
      case 't' -> literal("true", true);
      case 'f' -> literal("false", false);
      default -> number();
    };
  }

  private Object literal(String word, boolean value) {
    if (!text.startsWith(word, at)) {
      throw malformed();
    }
    at += word.length();
    return value;
  }

  private Long number() {
    int start = at;
    while (peek() == '-' || (peek() >= '0' && peek() <= '9')) {
      at++;
    }
    return Long.valueOf(text.substring(start, at)); // its exception is an IllegalArgumentException
  }

  private String string() {
    expect('"');
    StringBuilder string = new StringBuilder();
    while (peek() != '"') {
      char c = next();
      if (c < ' ') {
        throw malformed();
      }
      string.append(c == '\\' ? escaped() : c);
    }
    at++;
    return string.toString();
  }

  private char escaped() {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> (char) (digit() << 12 | digit() << 8 | digit() << 4 | digit());
      default -> throw malformed();
    };
  }

  private int digit() {
    char c = next();
    int digit = c < 0x80 ? Character.digit(c, 16) : -1;
    if (digit < 0) {
      throw malformed();
    }
    return digit;
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private void expect(char wanted) {
    if (next() != wanted) {
      throw malformed();
    }
  }

  private char next() {
    char c = peek();
    at++;
    return c;
  }

  private char peek() {
    if (at >= text.length()) {
      throw malformed();
    }
    return text.charAt(at);
  }

  private IllegalArgumentException malformed() {
    return new IllegalArgumentException("no JSON at " + at);
  }
}
