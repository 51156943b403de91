package com.qustellar.qsde.internal.rate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpeedFloorTest {

  private final SpeedFloor floor = new SpeedFloor(1000);
  private long brought;

  /** Looks four times a second; returns after how many seconds it was too slow, -1 if never. */
  private int slowAfter(int seconds, int bytesALook, boolean waiting) {
    for (int look = 1; look <= 4 * seconds; look++) {
      brought += bytesALook;
      if (floor.isTooSlow(brought, waiting, 250)) {
        return look / 4;
      }
    }
    return -1;
  }

  @Test
  void lessThanTheFloorForAWindowIsTooSlow() {
    assertThat(slowAfter(100, 249, true)).isEqualTo(30);
    assertThat(slowAfter(100, 0, true)).isEqualTo(30);
  }

  @Test
  void theFloorIsEnough() {
    assertThat(slowAfter(1000, 250, true)).isEqualTo(-1);
  }

  @Test
  void eachWindowCountsForItself() {
    assertThat(slowAfter(30, 1_000_000, true)).isEqualTo(-1);
    assertThat(slowAfter(100, 100, true)).isEqualTo(30);
  }

  @Test
  void nobodyWhoIsNotWaitedForIsTooSlow() {
    assertThat(slowAfter(1000, 0, false)).isEqualTo(-1);
    assertThat(slowAfter(29, 0, true)).isEqualTo(-1);
    assertThat(slowAfter(1000, 0, false)).isEqualTo(-1);
    assertThat(slowAfter(100, 0, true)).isEqualTo(1);
  }

  @Test
  void whatComesMeanwhileCounts() {
    slowAfter(10, 4000, false);
    assertThat(slowAfter(30, 0, true)).isEqualTo(-1);
  }

  @Test
  void aFloorMayBeAnyNumber() {
    assertThat(new SpeedFloor(Long.MAX_VALUE).isTooSlow(Long.MAX_VALUE, true, 30_000)).isTrue();
    assertThat(new SpeedFloor(1).isTooSlow(0, true, 30_000)).isTrue();
  }
}
