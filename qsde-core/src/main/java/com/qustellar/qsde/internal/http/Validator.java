package com.qustellar.qsde.internal.http;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What tells one version of a file from another: the ETag and Last-Modified of a response (RFC 9110
 * §8.8), with the Date that says how far Last-Modified can be trusted.
 *
 * @param etag the entity tag, null where there was none or a malformed one
 * @param lastModified the time of the last change, null likewise
 * @param date the server's clock when it answered, null likewise
 */
public record Validator(
    @Nullable EntityTag etag, @Nullable Instant lastModified, @Nullable Instant date) {

  /** A validator that says nothing and contradicts nothing. */
  public static final Validator NONE = new Validator(null, null, null);

  /**
   * How much older than Date a Last-Modified must be to be strong.
   *
   * <p>RFC 9110 §8.8.2.2 is content with a second if both come from the same clock, which a client
   * can't know; else it wants enough of a difference to make wrong clocks unlikely. This is the
   * minute of the RFCs before it (7232, 2616), which browsers wait for too.
   */
  private static final Duration STRONG_AFTER = Duration.ofSeconds(60);

  /**
   * {@return the validator of a response}
   *
   * @param head the response's head
   */
  public static Validator of(ResponseHead head) {
    return new Validator(
        head.value("ETag").flatMap(EntityTag::parse).orElse(null),
        head.value("Last-Modified")
            .flatMap(value -> HttpDate.parse(value, head.received()))
            .orElse(null),
        head.value("Date").flatMap(value -> HttpDate.parse(value, head.received())).orElse(null));
  }

  /**
   * {@return the value of an If-Range field for this version, empty where it has no strong
   * validator (RFC 9110 §13.1.5)}
   *
   * <p>That is the strong entity tag; or, where there is no tag at all, a Last-Modified that is
   * strong. A weak tag rules the date out: the server knows versions that the date can't tell.
   */
  public Optional<String> ifRange() {
    if (etag != null) {
      return etag.weak() ? Optional.empty() : Optional.of(etag.toString());
    }
    if (lastModified == null || date == null || lastModified.plus(STRONG_AFTER).isAfter(date)) {
      return Optional.empty();
    }
    return Optional.of(HttpDate.format(lastModified));
  }

  /** {@return whether equal validators prove equal bytes: there is an {@link #ifRange()}} */
  public boolean isStrong() {
    return ifRange().isPresent();
  }

  /**
   * {@return whether another response was about another version of the file}
   *
   * <p>Two strong entity tags decide alone. Else a difference of the tags or of Last-Modified is a
   * contradiction; a field that one of the two lacks is no difference.
   *
   * @param other the other response's validator
   */
  public boolean contradicts(Validator other) {
    if (etag != null && other.etag != null) {
      boolean sameTag = etag.opaque().equals(other.etag.opaque());
      if (!sameTag || (!etag.weak() && !other.etag.weak())) {
        return !sameTag;
      }
    }
    return lastModified != null
        && other.lastModified != null
        && !lastModified.equals(other.lastModified);
  }

  /**
   * {@return the entity tag, else Last-Modified, as they stand in a field; empty where there is
   * neither}
   */
  public Optional<String> token() {
    if (etag != null) {
      return Optional.of(etag.toString());
    }
    return Optional.ofNullable(lastModified).map(HttpDate::format);
  }
}
