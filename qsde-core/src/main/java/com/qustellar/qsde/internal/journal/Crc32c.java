package com.qustellar.qsde.internal.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C, the checksum of the journal: a processor computes it faster than a disk delivers. */
public final class Crc32c {

  /** The polynomial, bits reversed as the checksum itself is. */
  private static final int POLYNOMIAL = 0x82F63B78;

  /** The polynomial x. */
  private static final int X = 1 << 30;

  private Crc32c() {}

  /**
   * {@return the checksum of a buffer's remaining bytes, which stay remaining}
   *
   * @param bytes the buffer
   */
  public static int of(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  /**
   * {@return the checksum of some bytes followed by others, from the checksums of both}
   *
   * <p>Behind n more bytes the first checksum counts x<sup>8n</sup> times as much, modulo the
   * polynomial; the rest of the arithmetic cancels out (zlib's {@code crc32_combine}).
   *
   * @param first the checksum of the bytes before
   * @param second the checksum of the bytes behind
   * @param secondLength how many those are
   */
  public static int join(int first, int second, long secondLength) {
    return times(powerOfX(secondLength * 8), first) ^ second;
  }

  /** Squares and multiplies: x to a power, modulo the polynomial. */
  private static int powerOfX(long exponent) {
    int power = 1 << 31;
    int square = X;
    for (long rest = exponent; rest != 0; rest >>>= 1) {
      if ((rest & 1) != 0) {
        power = times(square, power);
      }
      square = times(square, square);
    }
    return power;
  }

  /** Multiplies two polynomials modulo the polynomial; the highest bit is the constant term. */
  private static int times(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = 1 << 31; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= shifted;
      }
      shifted = (shifted & 1) != 0 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
    }
    return product;
  }
}
