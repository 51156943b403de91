package com.qustellar.qsde.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeSetTest {

  private static final int SIZE = 200;

  @Test
  void emptySetHasNothing() {
    RangeSet set = new RangeSet();
    assertThat(set.isEmpty()).isTrue();
    assertThat(set.first()).isEmpty();
    assertThat(set.ranges()).isEmpty();
    assertThat(set.prefixEnd()).isZero();
    assertThat(set.coveredBytes()).isZero();
    assertThat(set.gaps(new ByteRange(3, 9))).containsExactly(new ByteRange(3, 9));
    assertThat(set.gaps(new ByteRange(3, 3))).isEmpty();
  }

  @Test
  void rangesThatTouchBecomeOne() {
    RangeSet set = new RangeSet(List.of(new ByteRange(20, 30), new ByteRange(0, 10)));
    assertThat(set.ranges()).containsExactly(new ByteRange(0, 10), new ByteRange(20, 30));
    assertThat(set).hasToString("[[0, 10), [20, 30)]");
    set.add(new ByteRange(10, 20));
    assertThat(set.ranges()).containsExactly(new ByteRange(0, 30));
    assertThat(set.prefixEnd()).isEqualTo(30);
  }

  @Test
  void rangesReachTheLargestOffset() {
    ByteRange all = new ByteRange(0, Long.MAX_VALUE);
    RangeSet set = new RangeSet(List.of(all));
    set.remove(new ByteRange(100, 200));
    assertThat(set.coveredBytes()).isEqualTo(Long.MAX_VALUE - 100);
    assertThat(set.gaps(all)).containsExactly(new ByteRange(100, 200));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void agreesWithABitSet(long seed) {
    Random random = new Random(seed);
    RangeSet set = new RangeSet();
    BitSet model = new BitSet();
    for (int step = 0; step < 1_000; step++) {
      ByteRange range = randomRange(random);
      if (random.nextInt(5) < 3) {
        set.add(range);
        model.set((int) range.start(), (int) range.endExclusive());
      } else {
        set.remove(range);
        model.clear((int) range.start(), (int) range.endExclusive());
      }
      String where = "seed " + seed + ", step " + step;
      assertThat(set.ranges()).as(where).isEqualTo(runs(model, new ByteRange(0, SIZE), true));
      assertThat(set.coveredBytes()).as(where).isEqualTo(model.cardinality());
      assertThat(set.prefixEnd()).as(where).isEqualTo(model.nextClearBit(0));
      assertThat(set.isEmpty()).as(where).isEqualTo(model.isEmpty());
      assertThat(set.first()).as(where).isEqualTo(set.ranges().stream().findFirst());
      ByteRange asked = randomRange(random);
      int present = model.get((int) asked.start(), (int) asked.endExclusive()).cardinality();
      assertThat(set.contains(asked)).as(where).isEqualTo(present == asked.length());
      assertThat(set.intersects(asked)).as(where).isEqualTo(present > 0);
      assertThat(set.gaps(asked)).as(where).isEqualTo(runs(model, asked, false));
    }
  }

  private static ByteRange randomRange(Random random) {
    int start = random.nextInt(SIZE);
    int length = random.nextInt(random.nextBoolean() ? 4 : 60);
    return new ByteRange(start, Math.min(SIZE, start + length));
  }

  private static List<ByteRange> runs(BitSet model, ByteRange within, boolean present) {
    List<ByteRange> runs = new ArrayList<>();
    int start = -1;
    for (int i = (int) within.start(); i <= within.endExclusive(); i++) {
      boolean hit = i < within.endExclusive() && model.get(i) == present;
      if (hit && start < 0) {
        start = i;
      } else if (!hit && start >= 0) {
        runs.add(new ByteRange(start, i));
        start = -1;
      }
    }
    return runs;
  }
}
