package com.qustellar.qsde.internal.http;

/**
 * A header field to send, as somebody has written it.
 *
 * @param name its name
 * @param value its value
 */
public record HeaderField(String name, String value) {

  /**
   * {@return the field that a text such as {@code Name: value} means}
   *
   * @param text the text
   * @throws IllegalArgumentException if it is none; the message does not show it, as it may be a
   *     secret
   */
  public static HeaderField parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("a header is a name, a colon and a value");
    }
    return new HeaderField(text.substring(0, colon), text.substring(colon + 1).strip());
  }

  /** Shows no value. */
  @Override
  public String toString() {
    return name + ": …";
  }
}
