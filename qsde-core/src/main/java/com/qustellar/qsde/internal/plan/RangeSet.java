package com.qustellar.qsde.internal.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A set of bytes, kept as sorted ranges that neither overlap nor touch.
 *
 * <p>Every operation costs the logarithm of the number of ranges, plus the ranges that it removes
 * or returns. Not thread-safe: its owner guards it.
 */
public final class RangeSet {

  /** Start to exclusive end. No two entries overlap or touch, and none is empty. */
  private final NavigableMap<Long, Long> ends = new TreeMap<>();

  private long coveredBytes;

  /** Makes an empty set. */
  public RangeSet() {}

  /**
   * Makes a set of the bytes of some ranges.
   *
   * @param ranges the ranges, in any order; they may overlap
   */
  public RangeSet(Iterable<ByteRange> ranges) {
    ranges.forEach(this::add);
  }

  /**
   * Adds the bytes of a range; those that are present already count once.
   *
   * @param range the range
   */
  public void add(ByteRange range) {
    if (range.isEmpty()) {
      return;
    }
    long start = range.start();
    long end = range.endExclusive();
    Map.Entry<Long, Long> absorbed = ends.floorEntry(end);
    while (absorbed != null && absorbed.getValue() >= start) {
      start = Math.min(start, absorbed.getKey());
      end = Math.max(end, absorbed.getValue());
      drop(absorbed);
      absorbed = ends.floorEntry(end);
    }
    put(start, end);
  }

  /**
   * Removes the bytes of a range; those that are absent already stay absent.
   *
   * @param range the range
   */
  public void remove(ByteRange range) {
    if (range.isEmpty()) {
      return;
    }
    Map.Entry<Long, Long> hit = ends.lowerEntry(range.endExclusive());
    while (hit != null && hit.getValue() > range.start()) {
      drop(hit);
      if (hit.getValue() > range.endExclusive()) {
        put(range.endExclusive(), hit.getValue());
      }
      if (hit.getKey() < range.start()) {
        put(hit.getKey(), range.start());
      }
      hit = ends.lowerEntry(range.endExclusive());
    }
  }

  /**
   * {@return whether every byte of a range is present; true of any empty range}
   *
   * @param range the range
   */
  public boolean contains(ByteRange range) {
    if (range.isEmpty()) {
      return true;
    }
    Map.Entry<Long, Long> before = ends.floorEntry(range.start());
    return before != null && before.getValue() >= range.endExclusive();
  }

  /**
   * {@return whether at least one byte of a range is present}
   *
   * @param range the range
   */
  public boolean intersects(ByteRange range) {
    if (range.isEmpty()) {
      return false;
    }
    Map.Entry<Long, Long> before = ends.lowerEntry(range.endExclusive());
    return before != null && before.getValue() > range.start();
  }

  /**
   * {@return the absent bytes of a range, in order}
   *
   * @param within the range
   */
  public List<ByteRange> gaps(ByteRange within) {
    if (ends.isEmpty()) {
      return within.isEmpty() ? List.of() : List.of(within);
    }
    List<ByteRange> gaps = new ArrayList<>();
    Map.Entry<Long, Long> before = ends.floorEntry(within.start());
    long at = before == null ? within.start() : Math.max(within.start(), before.getValue());
    for (Map.Entry<Long, Long> present :
        ends.tailMap(within.start(), false).headMap(within.endExclusive(), false).entrySet()) {
      gaps.add(new ByteRange(at, present.getKey()));
      at = present.getValue();
    }
    if (at < within.endExclusive()) {
      gaps.add(new ByteRange(at, within.endExclusive()));
    }
    return List.copyOf(gaps);
  }

  /** {@return the number of bytes that are present} */
  public long coveredBytes() {
    return coveredBytes;
  }

  /** {@return the length of the prefix: how many bytes from 0 on are present without a gap} */
  public long prefixEnd() {
    Map.Entry<Long, Long> first = ends.firstEntry();
    return first == null || first.getKey() > 0 ? 0 : first.getValue();
  }

  /** {@return the first of the {@link #ranges()}, empty if no byte is present} */
  public Optional<ByteRange> first() {
    return Optional.ofNullable(ends.firstEntry()).map(RangeSet::range);
  }

  /**
   * {@return the bytes that are present as sorted ranges that neither overlap nor touch; a copy}
   */
  public List<ByteRange> ranges() {
    List<ByteRange> ranges = new ArrayList<>(ends.size());
    ends.forEach((start, end) -> ranges.add(new ByteRange(start, end)));
    return List.copyOf(ranges);
  }

  /** {@return whether no byte is present} */
  public boolean isEmpty() {
    return ends.isEmpty();
  }

  /** {@return the ranges, such as {@code [[0, 100), [200, 300)]}} */
  @Override
  public String toString() {
    return ranges().toString();
  }

  private void put(long start, long end) {
    ends.put(start, end);
    coveredBytes += end - start;
  }

  private void drop(Map.Entry<Long, Long> entry) {
    ends.remove(entry.getKey());
    coveredBytes -= entry.getValue() - entry.getKey();
  }

  private static ByteRange range(Map.Entry<Long, Long> entry) {
    return new ByteRange(entry.getKey(), entry.getValue());
  }
}
