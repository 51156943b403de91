package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

  private final AtomicLong limit = new AtomicLong(100);
  private final MemoryBudget budget = new MemoryBudget(limit::get);
  private final List<String> ran = new ArrayList<>();

  @Test
  void runsAtOnceWhileThereIsRoom() {
    budget.take(99);
    assertThat(budget.whenRoom(() -> ran.add("a"))).isTrue();
    assertThat(ran).containsExactly("a");
    assertThat(budget.used()).isEqualTo(99);
  }

  @Test
  void runsAllThatWaitOnceThereIsRoom() {
    budget.take(150);
    assertThat(budget.whenRoom(() -> ran.add("a"))).isFalse();
    assertThat(budget.whenRoom(() -> ran.add("b"))).isFalse();
    budget.give(50);
    assertThat(ran).isEmpty();
    budget.give(1);
    assertThat(ran).containsExactly("a", "b");
    budget.give(99);
    assertThat(ran).hasSize(2);
    assertThat(budget.used()).isZero();
  }

  @Test
  void oneThatUsesTheRoomUpAgainLetsTheNextWait() {
    budget.take(100);
    budget.whenRoom(
        () -> {
          budget.take(100);
          assertThat(budget.whenRoom(() -> ran.add("next"))).isFalse();
        });
    budget.give(100);
    assertThat(ran).isEmpty();
    budget.give(100);
    assertThat(ran).containsExactly("next");
  }

  @Test
  void theLimitIsReadAnewEachTime() {
    budget.take(100);
    limit.set(101);
    assertThat(budget.whenRoom(() -> ran.add("a"))).isTrue();
  }

  @Test
  void aQuarterMayBeHeld() {
    assertThat(budget.hold(20)).isTrue();
    assertThat(budget.hold(6)).isFalse();
    assertThat(budget.hold(5)).isTrue();
    assertThat(budget.used()).isEqualTo(25);
    budget.take(75);
    assertThat(budget.whenRoom(() -> ran.add("a"))).isFalse();
    budget.letGo(5);
    assertThat(ran).containsExactly("a");
    assertThat(budget.hold(6)).isFalse();
    budget.letGo(20);
    budget.give(75);
    assertThat(budget.used()).isZero();
  }

  /** It is given back when the rest has come, which needs room. */
  @Test
  void whatIsHeldLeavesRoomUnderALoweredLimitAsWell() {
    assertThat(budget.hold(25)).isTrue();
    limit.set(10);
    assertThat(budget.whenRoom(() -> ran.add("a"))).isTrue();
    budget.take(8);
    assertThat(budget.whenRoom(() -> ran.add("b"))).isFalse();
  }

  @Test
  void whatCanBeHadAgainTakesHalfAtMost() {
    assertThat(budget.spare(50)).isTrue();
    assertThat(budget.spare(1)).isFalse();
    assertThat(budget.used()).isEqualTo(50);
    budget.take(50);
    assertThat(budget.whenRoom(() -> ran.add("a"))).isFalse();
    budget.giveSpare(1);
    assertThat(ran).containsExactly("a");
    assertThat(budget.spare(1)).isFalse();
    budget.giveSpare(49);
    budget.give(50);
    assertThat(budget.used()).isZero();
  }

  /** It is given back when what stands before it in its file has come, which needs room. */
  @Test
  void whatIsSparedLeavesRoomUnderALoweredLimitAsWell() {
    assertThat(budget.hold(25)).isTrue();
    assertThat(budget.spare(25)).isTrue();
    limit.set(10);
    assertThat(budget.whenRoom(() -> ran.add("a"))).isTrue();
    budget.take(3);
    assertThat(budget.whenRoom(() -> ran.add("b"))).isFalse();
  }
}
