package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.http.ResponseVerdict;
import com.qustellar.qsde.internal.http.Validator;
import java.net.URI;
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
 */
record Representation(
    URI uri,
    OptionalLong total,
    Validator validator,
    boolean ranged,
    Optional<String> contentEncoding) {

  /** Returns what the first answer tells. */
  static Representation of(URI uri, ResponseVerdict verdict, ResponseHead head) {
    Validator validator = Validator.of(head);
    if (verdict instanceof ResponseVerdict.Partial some) {
      return new Representation(uri, some.total(), validator, true, some.contentEncoding());
    }
    if (verdict instanceof ResponseVerdict.Whole whole) {
      return new Representation(uri, whole.length(), validator, false, whole.contentEncoding());
    }
    return new Representation(uri, OptionalLong.of(0), validator, true, Optional.empty());
  }

  /** Returns whether another answer is about another version of the file. */
  boolean isOtherThan(ResponseVerdict verdict, ResponseHead head) {
    if (verdict instanceof ResponseVerdict.Changed || validator.contradicts(Validator.of(head))) {
      return true;
    }
    if (verdict instanceof ResponseVerdict.Partial some) {
      return differ(total, some.total()) || !contentEncoding.equals(some.contentEncoding());
    }
    if (verdict instanceof ResponseVerdict.RangesRefused whole) {
      return differ(total, whole.length()) || !contentEncoding.equals(whole.contentEncoding());
    }
    if (verdict instanceof ResponseVerdict.Unsatisfiable none) {
      return differ(total, none.total());
    }
    return verdict instanceof ResponseVerdict.Whole whole && differ(total, whole.length());
  }

  private static boolean differ(OptionalLong one, OptionalLong other) {
    return one.isPresent() && other.isPresent() && one.getAsLong() != other.getAsLong();
  }

  /** Returns whether a broken body can be gone on with where it broke. */
  boolean canContinue() {
    return ranged || (validator.isStrong() && total.isPresent());
  }
}
