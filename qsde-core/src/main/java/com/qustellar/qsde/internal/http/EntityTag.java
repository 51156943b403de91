package com.qustellar.qsde.internal.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An entity tag: what a server calls one version of a file (RFC 9110 §8.8.3).
 *
 * @param opaque the tag in its quotes, compared character by character
 * @param weak whether the server vouches only for the meaning, not for the bytes
 */
public record EntityTag(String opaque, boolean weak) {

  /** {@code [ W/ ] DQUOTE *( %x21 / %x23-7E / obs-text ) DQUOTE}. */
  private static final Pattern GRAMMAR =
      Pattern.compile("(W/)?(\"[\\x21\\x23-\\x7E\\x80-\\xFF]*+\")");

  /**
   * {@return the tag of a field value, empty where it does not follow the grammar}
   *
   * <p>A tag without quotes is none: it couldn't be sent back in a condition.
   *
   * @param value the field value
   */
  public static Optional<EntityTag> parse(String value) {
    Matcher tag = GRAMMAR.matcher(value.strip());
    return tag.matches()
        ? Optional.of(new EntityTag(tag.group(2), tag.group(1) != null))
        : Optional.empty();
  }

  /** {@return the tag as a field value, such as {@code "v1"} or {@code W/"v1"}} */
  @Override
  public String toString() {
    return weak ? "W/" + opaque : opaque;
  }
}
