package com.qustellar.qsde.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentPlannerTest {

  @Test
  void aGuidedPlanGivesALargerShareToFewer() {
    SegmentPlanner planner = SegmentPlanner.guided(1L << 30, new RangeSet(), 16);
    assertThat(planner.next().orElseThrow().length()).isEqualTo(32L << 20);
    planner.share(4);
    assertThat(planner.next().orElseThrow().length()).isEqualTo((992L << 20) / 8);

    SegmentPlanner fixed = new SegmentPlanner(1L << 30, new RangeSet(), 1 << 20);
    fixed.share(4);
    assertThat(fixed.next().orElseThrow().length()).isEqualTo(1 << 20);
  }

  @Test
  void segmentsComeInOrderFromTheGaps() {
    RangeSet covered = new RangeSet(List.of(new ByteRange(100, 250), new ByteRange(300, 400)));
    SegmentPlanner planner = new SegmentPlanner(500, covered, 80);
    assertThat(planner.totalSegments()).isEqualTo(5);
    assertThat(planner.remaining()).isEqualTo(250);
    assertThat(drain(planner))
        .containsExactly(
            new ByteRange(0, 80),
            new ByteRange(80, 100),
            new ByteRange(250, 300),
            new ByteRange(400, 480),
            new ByteRange(480, 500));
    assertThat(planner.remaining()).isZero();
    assertThat(planner.totalSegments()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "100, 1", "124, 1", "125, 2", "200, 2", "224, 2", "225, 3", "300, 3"})
  void crumbGoesWithTheSegmentBeforeIt(long total, int segments) {
    SegmentPlanner planner = new SegmentPlanner(total, new RangeSet(), 100);
    assertThat(planner.totalSegments()).isEqualTo(segments);
    assertThat(drain(planner)).hasSize(segments);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 16, 200})
  void guidedSegmentsShrinkTowardsTheEnd(int connections) {
    long mib = 1 << 20;
    for (long total : new long[] {1, 4 * mib, 5 * mib + 1, 300 * mib, 1024 * mib + 7}) {
      SegmentPlanner planner = SegmentPlanner.guided(total, new RangeSet(), connections);
      long counted = planner.totalSegments();
      List<ByteRange> segments = drain(planner);
      assertThat(segments).hasSize((int) counted);
      assertThat(new RangeSet(segments).ranges()).containsExactly(new ByteRange(0, total));
      for (int i = 1; i < segments.size() - 1; i++) {
        assertThat(segments.get(i).length())
            .isBetween(4 * mib, 128 * mib)
            .isLessThanOrEqualTo(segments.get(i - 1).length());
      }
      assertThat(segments.get(segments.size() - 1).length()).isLessThanOrEqualTo(8 * mib);
    }
  }

  @Test
  void slowConnectionsEndWithShorterSegments() {
    SegmentPlanner planner = SegmentPlanner.guided(256L << 20, new RangeSet(), 16);
    assertThat(planner.next().orElseThrow().length()).isEqualTo(8 << 20);
    planner.measured(3 << 20, 0.1);
    List<ByteRange> segments = drain(planner);
    assertThat(segments.get(segments.size() - 2).length()).isEqualTo(1 << 20);
  }

  @Test
  void aSegmentTakesAsLongAsIsWorthARequest() {
    assertThat(shortest(10 << 20, 0.001)).as("a near server").isEqualTo(1 << 20);
    assertThat(shortest(10 << 20, 0.05)).as("four answers").isEqualTo(2 << 20);
    assertThat(shortest(3 << 20, 0.1)).as("a third of a second").isEqualTo(1 << 20);
    assertThat(shortest(3 << 20, 0.5)).as("two answers").isEqualTo(3 << 20);
    assertThat(shortest(0, 0.001)).as("nobody knows").isEqualTo(4 << 20);
    assertThat(shortest(1 << 30, 0.001)).as("fast ones").isEqualTo(4 << 20);
    assertThat(shortest(1000, 0.001)).as("slow ones").isEqualTo(256 << 10);
  }

  /** Returns what a guided plan hands out when it has come to its shortest segments, in bytes. */
  private static long shortest(double bytesPerSecond, double answerSeconds) {
    SegmentPlanner planner = SegmentPlanner.guided(8 << 20, new RangeSet(), 64);
    planner.measured(bytesPerSecond, answerSeconds);
    return planner.next().orElseThrow().length();
  }

  @Test
  void guidedPlanTakesFewRequests() {
    assertThat(SegmentPlanner.guided(1L << 30, new RangeSet(), 4).totalSegments()).isLessThan(40);
  }

  @Test
  void whatIsGivenBackComesNext() {
    SegmentPlanner planner = new SegmentPlanner(1_000, new RangeSet(), 100);
    planner.next();
    planner.next();
    planner.next();
    planner.giveBack(new ByteRange(140, 200));
    assertThat(planner.totalSegments()).isEqualTo(11);
    assertThat(planner.next()).contains(new ByteRange(140, 200));
    assertThat(planner.next()).contains(new ByteRange(300, 400));
  }

  @Test
  void whatWasCoveredAndIsMissingComesNext() {
    RangeSet covered = new RangeSet(List.of(new ByteRange(0, 500)));
    SegmentPlanner planner = new SegmentPlanner(1_000, covered, 100);
    assertThat(planner.next()).contains(new ByteRange(500, 600));
    planner.giveBack(new ByteRange(200, 300));
    assertThat(planner.totalSegments()).isEqualTo(6);
    assertThat(planner.next()).contains(new ByteRange(200, 300));
    assertThat(planner.next()).contains(new ByteRange(600, 700));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> planner.giveBack(new ByteRange(750, 850)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> planner.giveBack(new ByteRange(0, 2_000)));
  }

  @Test
  void claimedSegmentIsNotHandedOutAgain() {
    SegmentPlanner planner = new SegmentPlanner(1_000, new RangeSet(), 100);
    planner.claim(new ByteRange(0, 100));
    assertThat(planner.totalSegments()).isEqualTo(10);
    assertThat(planner.next()).contains(new ByteRange(100, 200));
    assertThatIllegalArgumentException().isThrownBy(() -> planner.claim(new ByteRange(150, 250)));
  }

  @Test
  void onlyWhatWasHandedOutComesBack() {
    SegmentPlanner planner = new SegmentPlanner(1_000, new RangeSet(), 100);
    planner.next();
    for (ByteRange wrong :
        List.of(new ByteRange(100, 200), new ByteRange(50, 150), new ByteRange(50, 50))) {
      assertThatIllegalArgumentException().isThrownBy(() -> planner.giveBack(wrong));
    }
    planner.giveBack(new ByteRange(0, 100));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> planner.giveBack(new ByteRange(950, 1_050)));
    assertThat(planner.remaining()).isEqualTo(1_000);
  }

  @Test
  void sizesAreChecked() {
    RangeSet none = new RangeSet();
    assertThatIllegalArgumentException().isThrownBy(() -> new SegmentPlanner(100, none, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new SegmentPlanner(-1, none, 10));
  }

  @Test
  void hugeFilesAreCountedWithoutBeingCutUp() {
    SegmentPlanner planner = new SegmentPlanner(Long.MAX_VALUE, new RangeSet(), 1);
    assertThat(planner.totalSegments()).isEqualTo(Long.MAX_VALUE);
    assertThat(planner.next()).contains(new ByteRange(0, 1));
    SegmentPlanner one = new SegmentPlanner(1_000, new RangeSet(), Long.MAX_VALUE);
    assertThat(drain(one)).containsExactly(new ByteRange(0, 1_000));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyMissingByteIsFetchedExactlyOnce(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      String as = "seed " + seed + ", round " + round;
      long total = random.nextInt(2_000);
      int segmentSize = 1 + random.nextInt(300);
      RangeSet written = randomSet(random, total);
      SegmentPlanner planner = new SegmentPlanner(total, written, segmentSize);
      List<ByteRange> holding = new ArrayList<>();
      long finished = 0;
      while (written.coveredBytes() < total) {
        if (holding.isEmpty() || random.nextBoolean()) {
          ByteRange lowest = lowestMissing(written, holding, total);
          Optional<ByteRange> segment = planner.next();
          assertThat(segment.isPresent()).as(as).isEqualTo(!lowest.isEmpty());
          if (segment.isPresent()) {
            assertThat(segment.get().start()).as(as).isEqualTo(lowest.start());
            assertThat(segment.get().endExclusive())
                .as(as)
                .isLessThanOrEqualTo(lowest.endExclusive());
            assertThat(segment.get().length())
                .as(as)
                .isBetween(1L, segmentSize + Math.max(0, segmentSize / 4 - 1L));
            holding.add(segment.get());
          }
        } else {
          ByteRange held = holding.remove(random.nextInt(holding.size()));
          long reached = held.start() + random.nextInt((int) held.length() + 1);
          written.add(new ByteRange(held.start(), reached));
          finished++;
          if (reached < held.endExclusive()) {
            planner.giveBack(new ByteRange(reached, held.endExclusive()));
          }
        }
        long held = holding.stream().mapToLong(ByteRange::length).sum();
        assertThat(planner.remaining()).as(as).isEqualTo(total - written.coveredBytes() - held);
        assertThat(planner.totalSegments())
            .as(as)
            .isGreaterThanOrEqualTo(finished + holding.size());
      }
      assertThat(planner.next()).as(as).isEmpty();
      assertThat(planner.totalSegments()).as(as).isEqualTo(finished);
    }
  }

  private static ByteRange lowestMissing(RangeSet written, List<ByteRange> holding, long total) {
    RangeSet taken = new RangeSet(written.ranges());
    holding.forEach(taken::add);
    List<ByteRange> gaps = taken.gaps(new ByteRange(0, total));
    return gaps.isEmpty() ? new ByteRange(0, 0) : gaps.get(0);
  }

  private static RangeSet randomSet(Random random, long total) {
    RangeSet set = new RangeSet();
    for (int i = random.nextInt(6); i > 0 && total > 0; i--) {
      long start = random.nextInt((int) total);
      set.add(new ByteRange(start, Math.min(total, start + random.nextInt(200))));
    }
    return set;
  }

  private static List<ByteRange> drain(SegmentPlanner planner) {
    List<ByteRange> segments = new ArrayList<>();
    for (Optional<ByteRange> next = planner.next(); next.isPresent(); next = planner.next()) {
      segments.add(next.get());
    }
    return segments;
  }

  /** A server may lie about the length. */
  @Test
  void theLongestFileIsPlannedAtOnce() {
    SegmentPlanner planner = SegmentPlanner.guided(Long.MAX_VALUE, new RangeSet(), 4);
    assertThat(planner.totalSegments()).isBetween(1L << 36, (1L << 36) + 300);
  }

  @Test
  void longestSegmentsAreCountedAsTheyAreHandedOut() {
    RangeSet covered = new RangeSet(List.of(new ByteRange(5L << 30, (6L << 30) + 12_345)));
    SegmentPlanner planner = SegmentPlanner.guided(40L << 30, covered, 4);
    long total = planner.totalSegments();
    long handedOut = 0;
    while (planner.next().isPresent()) {
      handedOut++;
    }
    assertThat(total).isEqualTo(handedOut);
  }
}
