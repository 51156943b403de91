package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OverviewTest {

  private static final Running HALF = Snapshots.running("half", 50, OptionalLong.of(100), 10);
  private static final Running UNKNOWN = Snapshots.running("unknown", 7, OptionalLong.empty(), 5);

  @Test
  void completedAndRunningBytesAddUp() {
    Overview overview = Overview.of(1, 2, 1000, List.of(HALF), Duration.ofSeconds(3));

    assertThat(overview)
        .isEqualTo(new Overview(1, 2, 1050, OptionalLong.of(1100), 10, Duration.ofSeconds(3)));
  }

  @Test
  void theTotalIsNotKnownWhileOneIsNot() {
    Overview overview = Overview.of(0, 2, 0, List.of(HALF, UNKNOWN), Duration.ZERO);

    assertThat(overview.total()).isEmpty();
    assertThat(overview.bytes()).isEqualTo(57);
    assertThat(overview.bytesPerSecond()).isEqualTo(15);
  }

  @Test
  void theTotalIsNotKnownWhileSomeHaveNotShownUp() {
    assertThat(Overview.of(0, 2, 0, List.of(HALF), Duration.ZERO).total()).isEmpty();
  }
}
