package com.qustellar.qsde;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/** A digest that a download can be verified with. */
public enum HashAlgorithm {
  /** MD5, 128 bits (RFC 1321): finds accidents, not attacks. */
  MD5("MD5", 16),
  /** SHA-1, 160 bits (FIPS 180-4): finds accidents, not attacks. */
  SHA1("SHA-1", 20),
  /** SHA-256, 256 bits (FIPS 180-4). */
  SHA256("SHA-256", 32),
  /** SHA-512, 512 bits (FIPS 180-4). */
  SHA512("SHA-512", 64);

  private final String jcaName;
  private final int digestLength;

  HashAlgorithm(String jcaName, int digestLength) {
    this.jcaName = jcaName;
    this.digestLength = digestLength;
  }

  /** {@return the name that {@link MessageDigest} knows, as {@code SHA-256}} */
  public String jcaName() {
    return jcaName;
  }

  /** {@return the length of the digest in bytes; its hex form has twice as many digits} */
  public int digestLength() {
    return digestLength;
  }

  /** {@return the word in front of a checksum, as {@code sha256} in {@code sha256:…}} */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@return a new digest of this kind, ready for use by one thread at a time} */
  public MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance(jcaName);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This Java runtime has no " + jcaName, e);
    }
  }

  /**
   * {@return the algorithm of that name, however it is written: {@code sha256}, {@code SHA-256},
   * {@code sha_256}}
   *
   * @param name the name
   * @throws IllegalArgumentException if it is none of the four
   */
  public static HashAlgorithm parse(String name) {
    String plain = name.strip().replaceAll("[-_]", "");
    for (HashAlgorithm algorithm : values()) {
      if (algorithm.name().equalsIgnoreCase(plain)) {
        return algorithm;
      }
    }
    throw new IllegalArgumentException(
        "the algorithm of a checksum is md5, sha1, sha256 or sha512, as in sha256:…");
  }
}
