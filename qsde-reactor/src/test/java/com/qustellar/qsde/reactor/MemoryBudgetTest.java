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
}
