package com.qustellar.qsde.internal.http;

import java.util.Optional;

/**
 * An entity tag: what a server calls one version of a file (RFC 9110 §8.8.3).
 *
 * @param opaque the tag in its quotes, compared character by character
 * @param weak whether the server vouches only for the meaning, not for the bytes
 */
public record EntityTag(String opaque, boolean weak) {

  /**
   * {@return the tag of a field value, empty where it does not follow the grammar}
   *
   * <p>A tag without quotes is none: it couldn't be sent back in a condition.
   *
   * @param value the field value
   */
  public static Optional<EntityTag> parse(String value) {
    String tag = value.strip();
    boolean weak = tag.startsWith("W/");
    String opaque = weak ? tag.substring(2) : tag;
    return isOpaque(opaque) ? Optional.of(new EntityTag(opaque, weak)) : Optional.empty();
  }

  /** {@code DQUOTE *( %x21 / %x23-7E / obs-text ) DQUOTE}. */
  private static boolean isOpaque(String text) {
    int last = text.length() - 1;
    if (last < 1 || text.charAt(0) != '"' || text.charAt(last) != '"') {
      return false;
    }
    for (int i = 1; i < last; i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c == '"' || c == 0x7F || c > 0xFF) {
        return false;
      }
    }
    return true;
  }

  /** {@return the tag as a field value, such as {@code "v1"} or {@code W/"v1"}} */
  @Override
  public String toString() {
    return weak ? "W/" + opaque : opaque;
  }
}
