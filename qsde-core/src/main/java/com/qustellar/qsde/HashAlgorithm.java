package com.qustellar.qsde;

/** A digest that a download can be verified with. */
public enum HashAlgorithm {
  /** MD5. */
  MD5,
  /** SHA-1. */
  SHA1,
  /** SHA-256. */
  SHA256,
  /** SHA-512. */
  SHA512
}
