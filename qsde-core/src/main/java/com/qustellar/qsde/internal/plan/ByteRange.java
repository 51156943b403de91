package com.qustellar.qsde.internal.plan;

import org.jspecify.annotations.Nullable;

/**
 * A range of a file's bytes; it may be empty.
 *
 * @param start the offset of the first byte, from 0
 * @param endExclusive the offset behind the last byte, at least {@code start}
 */
public record ByteRange(long start, long endExclusive) {

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if {@code start} is negative or behind the end
   */
  public ByteRange {
    if (start < 0 || endExclusive < start) {
      throw new IllegalArgumentException("not a range of bytes: " + start + " to " + endExclusive);
    }
  }

  /** {@return the number of bytes} */
  public long length() {
    return endExclusive - start;
  }

  /** {@return whether the range has no byte} */
  public boolean isEmpty() {
    return start == endExclusive;
  }

  /**
   * {@return whether the byte at an offset belongs to this range}
   *
   * @param offset the offset
   */
  public boolean contains(long offset) {
    return start <= offset && offset < endExclusive;
  }

  /**
   * {@return whether every byte of another range belongs to this one; true of any empty range}
   *
   * @param other the other range
   */
  public boolean contains(ByteRange other) {
    return other.isEmpty() || (start <= other.start && other.endExclusive <= endExclusive);
  }

  /**
   * {@return the bytes that belong to both ranges, an empty range where there are none}
   *
   * @param other the other range
   */
  public ByteRange intersect(ByteRange other) {
    long from = Math.max(start, other.start);
    return new ByteRange(from, Math.max(from, Math.min(endExclusive, other.endExclusive)));
  }

  /**
   * {@return the value of a Range field that asks for these bytes, such as {@code bytes=0-99} (RFC
   * 9110 §14.2)}
   *
   * @throws IllegalStateException if the range is empty: HTTP can't ask for no bytes
   */
  public String headerValue() {
    if (isEmpty()) {
      throw new IllegalStateException("a Range field can't ask for no bytes");
    }
    return "bytes=" + start + "-" + (endExclusive - 1);
  }

  /** {@return the range as half-open interval, such as {@code [0, 100)}} */
  @Override
  public String toString() {
    return "[" + start + ", " + endExclusive + ")";
  }

  // By hand, as in Origin: a record's own are spun when they are first called, which takes a
  // short-lived process several milliseconds.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ByteRange that
        && start == that.start
        && endExclusive == that.endExclusive;
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(start) + Long.hashCode(endExclusive);
  }
}
