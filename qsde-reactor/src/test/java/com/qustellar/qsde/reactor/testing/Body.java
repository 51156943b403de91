package com.qustellar.qsde.reactor.testing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Content of a known length whose bytes are computed from their position, so that a gigabyte takes
 * no memory. Immutable.
 */
public final class Body {

  private static final int PIECE = 64 * 1024;

  /** Writes the bytes from {@code position} on into a part of an array. */
  private interface Source {
    void read(long position, byte[] target, int offset, int count);
  }

  private final long length;
  private final Source source;

  private Body(long length, Source source) {
    if (length < 0) {
      throw new IllegalArgumentException("negative length: " + length);
    }
    this.length = length;
    this.source = source;
  }

  /** Returns bytes that look random and are the same for the same seed, on every machine. */
  public static Body random(long seed, long length) {
    return new Body(
        length,
        (position, target, offset, count) -> {
          for (int i = 0; i < count; ) {
            long at = position + i;
            long word = mix(seed, at >>> 3) >>> ((at & 7) << 3);
            for (int left = 8 - (int) (at & 7); left > 0 && i < count; left--, i++) {
              target[offset + i] = (byte) word;
              word >>>= 8;
            }
          }
        });
  }

  /** Returns a copy of these bytes. */
  public static Body of(byte[] bytes) {
    byte[] copy = bytes.clone();
    return new Body(
        copy.length,
        (position, target, offset, count) ->
            System.arraycopy(copy, Math.toIntExact(position), target, offset, count));
  }

  /** Returns a text in UTF-8. */
  public static Body of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the number of bytes. */
  public long length() {
    return length;
  }

  /** Returns the part that begins at {@code from} and has {@code count} bytes. */
  public Body slice(long from, long count) {
    Objects.checkFromIndexSize(from, count, length);
    return new Body(
        count,
        (position, target, offset, wanted) -> source.read(from + position, target, offset, wanted));
  }

  /** Returns these bytes with those of {@code next} behind them. */
  public Body then(Body next) {
    return new Body(
        length + next.length,
        (position, target, offset, count) -> {
          int here = (int) Math.max(0, Math.min(count, length - position));
          if (here > 0) {
            source.read(position, target, offset, here);
          }
          if (here < count) {
            next.source.read(position + here - length, target, offset + here, count - here);
          }
        });
  }

  /** Writes {@code count} bytes from {@code position} on into {@code target}. */
  public void read(long position, byte[] target, int offset, int count) {
    Objects.checkFromIndexSize(position, count, length);
    source.read(position, target, offset, count);
  }

  /** Returns all bytes in one array, for bodies that fit into one. */
  public byte[] bytes() {
    byte[] bytes = new byte[Math.toIntExact(length)];
    source.read(0, bytes, 0, bytes.length);
    return bytes;
  }

  /** Returns the SHA-256 of the bytes in lower-case hex. */
  public String sha256() {
    return digest("SHA-256");
  }

  /** Returns the digest of the bytes in lower-case hex, by the algorithm's JDK name. */
  public String digest(String algorithm) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalArgumentException(e);
    }
    byte[] piece = new byte[PIECE];
    for (long at = 0; at < length; at += PIECE) {
      int count = (int) Math.min(PIECE, length - at);
      source.read(at, piece, 0, count);
      digest.update(piece, 0, count);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public String toString() {
    return length + " bytes";
  }

  /** SplitMix64's output function on a counter. */
  private static long mix(long seed, long index) {
    long z = seed + (index + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
