package com.qustellar.qsde.examples.demo;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A file that an origin serves: bytes made up from their positions, so that it needs no disk.
 *
 * @param name the last element of its path
 * @param size its length in bytes
 * @param ranges whether a part of it may be asked for
 * @param bytesPerSecond how fast each connection gets it
 * @param breakAt the position at which the first connection that gets there is broken, or {@link
 *     #NEVER}
 */
public record DemoFile(String name, long size, boolean ranges, long bytesPerSecond, long breakAt) {

  /** No connection is broken. */
  public static final long NEVER = -1;

  /** As fast as the connection takes it. */
  public static final long UNPACED = Long.MAX_VALUE;

  private static final int CHUNK = 64 * 1024;

  /**
   * {@return a file with ranges, neither paced nor broken}
   *
   * @param name the last element of its path
   * @param size its length in bytes
   */
  public static DemoFile of(String name, long size) {
    return new DemoFile(name, size, true, UNPACED, NEVER);
  }

  /** {@return a copy that is sent whole, whatever part is asked for} */
  public DemoFile withoutRanges() {
    return new DemoFile(name, size, false, bytesPerSecond, breakAt);
  }

  /**
   * {@return a copy that each connection gets at such a speed}
   *
   * @param bytesPerSecond bytes a second
   */
  public DemoFile paced(long bytesPerSecond) {
    return new DemoFile(name, size, ranges, bytesPerSecond, breakAt);
  }

  /**
   * {@return a copy whose first connection to get there is broken at a position}
   *
   * @param position of the first byte that is not sent
   */
  public DemoFile brokenAt(long position) {
    return new DemoFile(name, size, ranges, bytesPerSecond, position);
  }

  /** {@return the digest of the whole file} */
  public Checksum sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] chunk = new byte[CHUNK];
      for (long position = 0; position < size; position += CHUNK) {
        int length = (int) Math.min(CHUNK, size - position);
        fill(chunk, length, position);
        digest.update(chunk, 0, length);
      }
      return Checksum.of(HashAlgorithm.SHA256, digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every Java has it
    }
  }

  /** Puts the bytes from a position on into a buffer. */
  void fill(byte[] buffer, int length, long position) {
    long seed = name.hashCode();
    long word = 0;
    for (int i = 0; i < length; i++) {
      long at = position + i;
      if (i == 0 || (at & 7) == 0) {
        word = mix(seed + (at >>> 3)) >>> (8 * (at & 7));
      }
      buffer[i] = (byte) word;
      word >>>= 8;
    }
  }

  /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbours look unrelated. */
  private static long mix(long z) {
    z *= 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
