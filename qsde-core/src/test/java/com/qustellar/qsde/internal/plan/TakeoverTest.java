package com.qustellar.qsde.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.internal.plan.Takeover.Cut;
import com.qustellar.qsde.internal.plan.Takeover.Holder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TakeoverTest {

  private static final Duration LEAST = Duration.ofMillis(100);
  private static final long MIB = 1 << 20;
  private static final double[] NONE = {};

  private static OptionalInt crawling(double... speeds) {
    return Takeover.crawling(speeds, NONE);
  }

  @Test
  void theOneThatTakesLongestGivesHalf() {
    List<Holder> holders =
        List.of(new Holder(0, 2 * MIB, MIB), new Holder(10 * MIB, 20 * MIB, MIB));
    assertThat(Takeover.forIdle(holders, NONE, LEAST)).contains(new Cut(1, 15 * MIB));
  }

  @Test
  void aSlowOneGivesMore() {
    List<Holder> holders =
        List.of(new Holder(0, 1, 9e6), new Holder(1, 2, 9e6), new Holder(10 * MIB, 20 * MIB, 1e6));
    assertThat(Takeover.forIdle(holders, NONE, LEAST)).contains(new Cut(2, 11 * MIB));
  }

  @Test
  void oneThatStandsKeepsTheLeastThereIs() {
    List<Holder> holders = List.of(new Holder(0, MIB, 0), new Holder(MIB, 2 * MIB, MIB));
    assertThat(Takeover.forIdle(holders, NONE, LEAST)).contains(new Cut(0, 64 << 10));
  }

  @Test
  void whatEndsSoonIsLeftAlone() {
    assertThat(Takeover.forIdle(List.of(new Holder(0, MIB, 11 * MIB)), NONE, LEAST)).isEmpty();
    assertThat(Takeover.forIdle(List.of(new Holder(0, 100_000, 1000)), NONE, LEAST)).isEmpty();
    assertThat(Takeover.forIdle(List.of(new Holder(0, MIB, 0)), NONE, LEAST)).isEmpty();
    assertThat(Takeover.forIdle(List.of(), NONE, LEAST)).isEmpty();
  }

  @Test
  void aCutLiesWithinItsSegmentAndBringsTheEndNearer() {
    Random random = new Random(1);
    for (int round = 0; round < 10_000; round++) {
      List<Holder> holders = new ArrayList<>();
      for (int i = random.nextInt(6); i >= 0; i--) {
        long position = random.nextInt(1 << 28);
        double speed = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(10_000_000);
        holders.add(new Holder(position, position + 1 + random.nextInt(1 << 26), speed));
      }
      Takeover.forIdle(holders, NONE, LEAST)
          .ifPresent(
              cut -> {
                Holder holder = holders.get(cut.holder());
                assertThat(cut.at()).isBetween(holder.position() + 1, holder.end() - 1);
              });
    }
  }

  @Test
  void oneFarBelowTheOthersCrawls() {
    assertThat(crawling(8e6, 8e6, 80e3, 8e6)).hasValue(2);
    assertThat(crawling(8e6, 8e6, 0, 8e6)).hasValue(2);
    assertThat(crawling(8e6, 8e6, 1.1e6)).isEmpty();
    assertThat(crawling(8e6, 9e6, 0.9e6)).hasValue(2);
  }

  @Test
  void segmentsThatHaveEndedTellAsWell() {
    assertThat(Takeover.crawling(new double[] {80e3}, new double[] {8e6, 8e6})).hasValue(0);
    assertThat(Takeover.crawling(new double[] {80e3}, new double[] {8e6})).isEmpty();
    List<Holder> holders = List.of(new Holder(0, MIB, 0));
    assertThat(Takeover.forIdle(holders, new double[] {1e6}, LEAST)).isPresent();
  }

  @Test
  void whereAllAreSlowNoneCrawls() {
    assertThat(crawling(1e3, 2e3, 3e3)).isEmpty();
    assertThat(crawling(0, 0, 0)).isEmpty();
    assertThat(crawling(0, 0, 5e6)).isEmpty();
    assertThat(crawling(8e6, 1)).isEmpty();
    assertThat(crawling()).isEmpty();
  }
}
