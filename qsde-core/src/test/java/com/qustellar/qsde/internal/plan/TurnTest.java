package com.qustellar.qsde.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TurnTest {

  @Test
  void priorityThenFewestThenFirst() {
    Turn urgent = new Turn(5, 9, 9);
    Turn fewest = new Turn(0, 1, 8);
    Turn first = new Turn(0, 2, 3);
    Turn second = new Turn(0, 2, 4);
    Turn idle = new Turn(-1, 0, 0);
    assertThat(Stream.of(idle, second, first, fewest, urgent).sorted())
        .containsExactly(urgent, fewest, first, second, idle);
  }
}
