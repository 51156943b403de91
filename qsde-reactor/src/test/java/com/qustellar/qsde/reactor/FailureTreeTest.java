package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FailureTreeTest {

  private final Throwable first = new IllegalStateException("first");
  private final Throwable second = new IllegalStateException("second");

  @Test
  void oneStandsUnderAnotherOnce() {
    FailureTree.add(first, second);
    FailureTree.add(first, second);
    assertThat(first.getSuppressed()).containsExactly(second);
  }

  @Test
  void noneStandsUnderItself() {
    FailureTree.add(first, first);
    FailureTree.add(first, second);
    FailureTree.add(second, first);
    FailureTree.add(second, new IllegalStateException("because of", first));
    assertThat(first.getSuppressed()).containsExactly(second);
    assertThat(second.getSuppressed()).isEmpty();
  }

  @Test
  void othersCircleIsNotFollowedForEver() {
    Throwable cause = new IllegalStateException("cause", second);
    second.initCause(cause);
    FailureTree.add(first, second);
    assertThat(first.getSuppressed()).containsExactly(second);
  }
}
