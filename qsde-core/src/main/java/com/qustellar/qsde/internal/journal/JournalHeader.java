package com.qustellar.qsde.internal.journal;

import com.qustellar.qsde.internal.http.HttpUris;
import com.qustellar.qsde.internal.http.Origin;
import com.qustellar.qsde.internal.http.Validator;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.OptionalLong;

/**
 * What a journal says of the file: where it came from, which version it was, how long.
 *
 * <p>A URI may be a secret: where the file came from stands there as a salted hash, to be compared,
 * and what was requested redacted, for people to read.
 *
 * @param salt 32 hexadecimal digits, others in every journal
 * @param place the hash of the origin and path that answered
 * @param shown the requested URI, redacted
 * @param validator what tells this version from another
 * @param total the length of the file
 */
public record JournalHeader(
    String salt, String place, String shown, Validator validator, long total) {

  /** Whether what an earlier run left can be gone on with. */
  public enum Agreement {
    /** It is of the same version, or a digest will tell. */
    PROVEN,
    /** Equal validators say so, but of two places that need not mean the same by them. */
    UNPROVEN,
    /** It may be of another version. */
    NONE
  }

  /**
   * {@return the header of a download that begins}
   *
   * @param salt 32 hexadecimal digits, by chance
   * @param requested the URI as it was requested
   * @param answered the URI that answered
   * @param validator the answer's validator
   * @param total the length of the file
   */
  public static JournalHeader of(
      String salt, URI requested, URI answered, Validator validator, long total) {
    return new JournalHeader(
        salt, hash(salt, place(answered)), HttpUris.redact(requested), validator, total);
  }

  /**
   * {@return a header for bytes that may come from several places, which nobody can tell apart: it
   * agrees with none as with the place where the bytes came from}
   */
  public JournalHeader ofNoPlace() {
    return new JournalHeader(salt, hash(salt, ""), shown, validator, total);
  }

  /**
   * {@return whether the bytes that this journal claims are of the version that has just answered}
   *
   * <p>The length must be the same. At the same origin and path a contradiction of the validators
   * is another version, and equal strong ones prove the same. Elsewhere different validators mean
   * nothing; equal strong ones do, without being a proof. An expected digest will tell in the end.
   *
   * @param answered the URI that answered
   * @param validator the answer's validator
   * @param total the length that the answer told
   * @param digestExpected whether the request brings a digest
   */
  public Agreement agreement(
      URI answered, Validator validator, OptionalLong total, boolean digestExpected) {
    if (total.isEmpty() || total.getAsLong() != this.total) {
      return Agreement.NONE;
    }
    boolean here = place.equals(hash(salt, place(answered)));
    if (here && this.validator.contradicts(validator)) {
      return Agreement.NONE;
    }
    if (digestExpected) {
      return Agreement.PROVEN;
    }
    boolean same =
        this.validator.isStrong() && this.validator.ifRange().equals(validator.ifRange());
    return same ? (here ? Agreement.PROVEN : Agreement.UNPROVEN) : Agreement.NONE;
  }

  private static String place(URI uri) {
    return Origin.of(uri) + uri.getRawPath();
  }

  private static String hash(String salt, String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(salt.getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every JDK has it
    }
  }
}
