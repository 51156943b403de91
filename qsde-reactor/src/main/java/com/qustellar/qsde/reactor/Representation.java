package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.http.HttpUris;
import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.http.ResponseVerdict;
import com.qustellar.qsde.internal.http.Validator;
import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The version of the file that a download fetches, as the first answer told it.
 *
 * @param uri where it is, after redirects
 * @param total its length
 * @param validator what tells it from another version
 * @param ranged whether the server gives ranges of it
 * @param contentEncoding the codings that it has though none was asked for
 * @param contentType its media type without parameters
 */
record Representation(
    URI uri,
    OptionalLong total,
    Validator validator,
    boolean ranged,
    Optional<String> contentEncoding,
    Optional<String> contentType) {

  /** What a later answer is about. */
  enum Likeness {
    /** This version, for all that the answer tells. */
    SAME,
    /** Another version of the file. */
    CHANGED,
    /** Another version, or what a server sends in place of the file; worth to be asked again. */
    UNLIKE,
    /** Something else than the file, such as a login page. */
    FOREIGN
  }

  /** Returns what the first answer tells. */
  static Representation of(URI uri, ResponseVerdict verdict, ResponseHead head) {
    OptionalLong total =
        verdict instanceof ResponseVerdict.Empty ? OptionalLong.of(0) : length(verdict);
    boolean ranged = !(verdict instanceof ResponseVerdict.Whole);
    return new Representation(uri, total, validator(head), ranged, codings(verdict), type(head));
  }

  /**
   * Returns the same version where a redirect leads now; another place has its own names for it.
   */
  Representation at(URI other, ResponseHead head) {
    Validator there = isAt(other) ? validator : validator(head);
    return new Representation(other, total, there, ranged, contentEncoding, contentType);
  }

  /** Returns the same version at another mirror, which has its own names for all but the length. */
  Representation atMirror(URI other, ResponseVerdict verdict, ResponseHead head) {
    boolean part = verdict instanceof ResponseVerdict.Partial;
    return new Representation(other, total, validator(head), part, contentEncoding, type(head));
  }

  /** Returns the same version at a server that gives no ranges any more. */
  Representation asStream() {
    return new Representation(uri, total, validator, false, contentEncoding, contentType);
  }

  /**
   * Returns whether a URI names the same resource, whatever its query: signatures stand there.
   * Elsewhere a validator says nothing about this version.
   */
  boolean isAt(URI other) {
    return HttpUris.sameOrigin(uri, other) && Objects.equals(uri.getRawPath(), other.getRawPath());
  }

  /** Returns the condition under which a range from this URI is of this version. */
  Optional<String> ifRange(URI from) {
    return isAt(from) ? validator.ifRange() : Optional.empty();
  }

  /** Returns what another answer, from this URI, is about. */
  Likeness compare(URI from, ResponseVerdict verdict, ResponseHead head) {
    Validator other = isAt(from) ? validator(head) : Validator.NONE;
    boolean contradicted = validator.contradicts(other);
    if (verdict instanceof ResponseVerdict.Changed) {
      return Likeness.CHANGED;
    }
    if (verdict instanceof ResponseVerdict.Unsatisfiable none) {
      return contradicted || differ(total, none.total()) ? Likeness.CHANGED : Likeness.SAME;
    }
    boolean part = verdict instanceof ResponseVerdict.Partial;
    boolean proven = proves(other);
    Optional<String> type = type(head);
    boolean foreign = type.isPresent() && contentType.isPresent() && !type.equals(contentType);
    if (foreign && !proven && !(part && contradicted)) {
      return Likeness.FOREIGN;
    }
    if (contradicted || !contentEncoding.equals(codings(verdict))) {
      return Likeness.CHANGED;
    }
    if (differ(total, length(verdict))) {
      return part || proven ? Likeness.CHANGED : Likeness.UNLIKE;
    }
    if (part || proven || !ranged) {
      return Likeness.SAME;
    }
    // A whole of the same length that nothing proves to be this version is fetched as a whole.
    return length(verdict).isPresent() ? Likeness.CHANGED : Likeness.FOREIGN;
  }

  /**
   * Returns whether another mirror's first answer is about the same file, as far as lengths tell; a
   * whole only where there are no ranges of this one either.
   */
  boolean isLikeAtMirror(ResponseVerdict verdict) {
    boolean usable =
        verdict instanceof ResponseVerdict.Partial
            ? total.isPresent()
            : !ranged
                && (verdict instanceof ResponseVerdict.Whole
                    || verdict instanceof ResponseVerdict.RangesRefused);
    return usable && total.equals(length(verdict)) && contentEncoding.equals(codings(verdict));
  }

  /** Returns whether equal validators prove equal bytes. */
  private boolean proves(Validator other) {
    return validator.isStrong() && validator.ifRange().equals(other.ifRange());
  }

  /** Returns whether the whole that an answer gives begins with the bytes that are here already. */
  boolean isProven(URI from, ResponseHead head) {
    return isAt(from) && proves(validator(head));
  }

  /** Returns whether a broken body can be gone on with where it broke. */
  boolean canContinue() {
    // The same date does not make a body that is coded on the fly the same.
    boolean strong =
        contentEncoding.isEmpty()
            ? validator.isStrong()
            : validator.etag() != null && validator.isStrong();
    return ranged || (strong && total.isPresent());
  }

  /** Returns the length of the whole file, as an answer tells it. */
  static OptionalLong length(ResponseVerdict verdict) {
    if (verdict instanceof ResponseVerdict.Partial some) {
      return some.total();
    }
    if (verdict instanceof ResponseVerdict.RangesRefused refused) {
      return refused.length();
    }
    if (verdict instanceof ResponseVerdict.Unsatisfiable none) {
      return none.total();
    }
    return verdict instanceof ResponseVerdict.Whole whole ? whole.length() : OptionalLong.empty();
  }

  private static Optional<String> codings(ResponseVerdict verdict) {
    if (verdict instanceof ResponseVerdict.Partial some) {
      return some.contentEncoding();
    }
    if (verdict instanceof ResponseVerdict.RangesRefused refused) {
      return refused.contentEncoding();
    }
    return verdict instanceof ResponseVerdict.Whole whole
        ? whole.contentEncoding()
        : Optional.empty();
  }

  /** What a proxy has transformed (203) is not what the origin's validators name. */
  private static Validator validator(ResponseHead head) {
    return head.status() == 203 ? Validator.NONE : Validator.of(head);
  }

  private static Optional<String> type(ResponseHead head) {
    return head.value("Content-Type")
        .map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
  }

  private static boolean differ(OptionalLong one, OptionalLong other) {
    return one.isPresent() && other.isPresent() && one.getAsLong() != other.getAsLong();
  }
}
