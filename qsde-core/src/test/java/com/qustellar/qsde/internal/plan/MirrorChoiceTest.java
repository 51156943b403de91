package com.qustellar.qsde.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.internal.plan.MirrorChoice.Candidate;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MirrorChoiceTest {

  private static Candidate known(int connections, double bytesPerSecond) {
    return new Candidate(connections, true, OptionalDouble.of(bytesPerSecond));
  }

  private static Candidate unknown(int connections) {
    return new Candidate(connections, true, OptionalDouble.empty());
  }

  private static Candidate full(int connections, double bytesPerSecond) {
    return new Candidate(connections, false, OptionalDouble.of(bytesPerSecond));
  }

  private static OptionalInt next(Candidate... candidates) {
    return MirrorChoice.next(List.of(candidates));
  }

  @Test
  void atFirstEachGetsOneInTheirOrder() {
    assertThat(next(unknown(0), unknown(0))).hasValue(0);
    assertThat(next(unknown(1), unknown(0), unknown(0))).hasValue(1);
    assertThat(next(known(3, 9e6), unknown(0))).hasValue(1);
    assertThat(next(unknown(1), unknown(1))).hasValue(0);
    assertThat(next(unknown(2), unknown(1))).hasValue(1);
  }

  @Test
  void oneThatHasNotShownItsSpeedGetsNoSecond() {
    assertThat(next(unknown(1), known(7, 1e6))).hasValue(1);
  }

  private static int[] spread(int count, double[] speeds, boolean shared) {
    int[] connections = new int[speeds.length];
    for (int i = 0; i < count; i++) {
      List<Candidate> candidates = new ArrayList<>();
      for (int m = 0; m < speeds.length; m++) {
        double each = shared ? speeds[m] / Math.max(1, connections[m]) : speeds[m];
        candidates.add(known(connections[m], each));
      }
      connections[MirrorChoice.next(candidates).orElseThrow()]++;
    }
    return connections;
  }

  @Test
  void connectionsAreInProportionToTheirSpeed() {
    assertThat(spread(12, new double[] {9e6, 3e6}, false)).containsExactly(9, 3);
    assertThat(spread(9, new double[] {1e6, 1e6, 1e6}, false)).containsExactly(3, 3, 3);
  }

  @Test
  void whereTheyShareWhatThereIsFewerAreEnough() {
    assertThat(spread(8, new double[] {8e6, 2e6}, true)).containsExactly(5, 3);
  }

  @Test
  void ofEqualsTheFirstIsTaken() {
    assertThat(next(known(2, 1e6), known(1, 1e6))).hasValue(1);
    assertThat(next(known(1, 1e6), known(1, 1e6))).hasValue(0);
  }

  @Test
  void oneThatCrawlsGetsNothing() {
    assertThat(next(known(100, 8e6), known(0, 0.9e6))).hasValue(0);
    assertThat(next(known(100, 8e6), known(0, 0))).hasValue(0);
    assertThat(next(known(100, 8e6), known(0, 8e6))).hasValue(1);
    assertThat(next(known(0, 0))).hasValue(0);
  }

  @Test
  void oneWithoutRoomIsLeftOutUnlessAllAre() {
    assertThat(next(full(2, 9e6), known(1, 1e5))).hasValue(1);
    assertThat(next(full(2, 9e6), unknown(1))).hasValue(1);
    assertThat(next(full(2, 9e6), full(1, 5e6))).hasValue(0);
    assertThat(next()).isEmpty();
  }

  @Test
  void somebodyIsAlwaysChosen() {
    Random random = new Random(1);
    for (int round = 0; round < 10_000; round++) {
      List<Candidate> candidates = new ArrayList<>();
      for (int i = random.nextInt(5); i >= 0; i--) {
        OptionalDouble speed =
            random.nextBoolean()
                ? OptionalDouble.empty()
                : OptionalDouble.of(random.nextInt(3) == 0 ? 0 : random.nextInt(10_000_000));
        candidates.add(new Candidate(random.nextInt(4), random.nextBoolean(), speed));
      }
      Candidate chosen = candidates.get(MirrorChoice.next(candidates).orElseThrow());
      assertThat(chosen.room() || candidates.stream().noneMatch(Candidate::room)).isTrue();
    }
  }

  @Test
  void oneIsOutpacedByAMuchFasterOneThatHasRoom() {
    List<Candidate> candidates = List.of(known(1, 8e6), known(1, 0.9e6), known(1, 1.1e6));
    assertThat(MirrorChoice.isOutpaced(0, candidates)).isFalse();
    assertThat(MirrorChoice.isOutpaced(1, candidates)).isTrue();
    assertThat(MirrorChoice.isOutpaced(2, candidates)).isFalse();
    assertThat(MirrorChoice.isOutpaced(1, List.of(full(1, 8e6), known(1, 0.9e6)))).isFalse();
    assertThat(MirrorChoice.isOutpaced(1, List.of(known(1, 8e6), unknown(1)))).isFalse();
    assertThat(MirrorChoice.isOutpaced(0, List.of(known(1, 0)))).isFalse();
  }
}
