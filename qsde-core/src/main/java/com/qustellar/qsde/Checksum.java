package com.qustellar.qsde;

import java.io.Serializable;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A digest and the algorithm that made it, compared in constant time.
 *
 * @param algorithm the algorithm
 * @param hex the digest, two hex digits a byte; upper case is accepted and kept as lower case
 */
public record Checksum(HashAlgorithm algorithm, String hex) implements Serializable {

  /**
   * Checks that the digits fit the algorithm.
   *
   * @param algorithm the algorithm
   * @param hex the digest, two hex digits a byte
   * @throws IllegalArgumentException if they do not fit; the message says how many are wanted
   */
  public Checksum {
    Objects.requireNonNull(algorithm, "algorithm");
    hex = hex.strip().toLowerCase(Locale.ROOT);
    int digits = 2 * algorithm.digestLength();
    if (hex.length() != digits) {
      throw new IllegalArgumentException(
          algorithm.label() + " takes " + digits + " hex digits, this has " + hex.length());
    }
    if (!hex.chars().allMatch(HexFormat::isHexDigit)) {
      throw new IllegalArgumentException(
          algorithm.label() + " takes hex digits only: 0 to 9 and a to f");
    }
  }

  /**
   * {@return the checksum that a text such as {@code sha256:2cf2…} names}
   *
   * @param text algorithm, colon and hex digits; {@code sha-256=2cf2…} as aria2 writes it is the
   *     same
   * @throws IllegalArgumentException if the text is no checksum; the message says why
   */
  public static Checksum parse(String text) {
    int end = 0;
    while (end < text.length() && text.charAt(end) != ':' && text.charAt(end) != '=') {
      end++;
    }
    if (end == text.length()) {
      throw new IllegalArgumentException(
          "a checksum names its algorithm first, as in sha256:… (md5, sha1, sha256 or sha512)");
    }
    return new Checksum(HashAlgorithm.parse(text.substring(0, end)), text.substring(end + 1));
  }

  /**
   * {@return the checksum of a finished digest}
   *
   * @param algorithm the algorithm
   * @param digest the digest's bytes
   * @throws IllegalArgumentException if there are more or fewer bytes than the algorithm gives
   */
  public static Checksum of(HashAlgorithm algorithm, byte[] digest) {
    return new Checksum(algorithm, HexFormat.of().formatHex(digest));
  }

  /** {@return the digest's bytes, a new array each time} */
  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  /** {@return whether algorithm and digest are the same, in a time that tells nothing of them} */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Checksum that
        && algorithm == that.algorithm
        && MessageDigest.isEqual(bytes(), that.bytes());
  }

  @Override
  public int hashCode() {
    return Objects.hash(algorithm, hex);
  }

  /** {@return the form that {@link #parse} takes, as {@code sha256:2cf2…}} */
  @Override
  public String toString() {
    return algorithm.label() + ":" + hex;
  }
}
