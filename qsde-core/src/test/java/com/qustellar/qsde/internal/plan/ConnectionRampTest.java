package com.qustellar.qsde.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class ConnectionRampTest {

  private final ConnectionRamp ramp = new ConnectionRamp(4);

  private void observe(int windows, IntToDoubleFunction rateOf) {
    for (int i = 0; i < windows; i++) {
      ramp.observe(rateOf.applyAsDouble(ramp.connections()), 16);
    }
  }

  @Test
  void itGrowsWhileMoreConnectionsBringMore() {
    observe(1, n -> n * 8e6);
    assertThat(ramp.connections()).isEqualTo(8);
    observe(1, n -> n * 8e6);
    assertThat(ramp.connections()).isEqualTo(16);
    observe(100, n -> n * 8e6);
    assertThat(ramp.connections()).isEqualTo(16);
  }

  @Test
  void itGoesBackWhereMoreBringNothing() {
    observe(1, n -> 5e6);
    assertThat(ramp.connections()).isEqualTo(8);
    observe(4, n -> 5e6);
    assertThat(ramp.connections()).isEqualTo(4);
    observe(30, n -> 5e6);
    assertThat(ramp.connections()).isEqualTo(4);
  }

  @Test
  void aProcessThatWarmsUpIsNotTakenForMoreConnections() {
    double[] rates = {3e8, 5e8, 9e8, 1.1e9};
    for (double rate : rates) {
      observe(1, n -> rate);
      assertThat(ramp.connections()).isEqualTo(4);
    }
    // From here on they would have to bring more.
    observe(1, n -> 1.1e9);
    assertThat(ramp.connections()).isEqualTo(8);
    observe(5, n -> 1.1e9);
    assertThat(ramp.connections()).isEqualTo(4);
  }

  @Test
  void noMoreAreExpectedThanThereAreWhereTheseAreFast() {
    assertThat(ramp.expected(16)).isEqualTo(16);
    observe(1, n -> n * 8e6);
    assertThat(ramp.expected(16)).isEqualTo(16);
    observe(1, n -> 3e9);
    assertThat(ramp.expected(16)).isEqualTo(8);
  }

  @Test
  void fastConnectionsThatBringMoreAreMoreOfUse() {
    observe(6, n -> n * 1e8);
    assertThat(ramp.connections()).isEqualTo(16);
  }

  @Test
  void itTriesAgainLaterAndLater() {
    int trials = 0;
    int last = 4;
    for (int i = 0; i < 1000; i++) {
      observe(1, n -> 5e6);
      trials += ramp.connections() > last ? 1 : 0;
      last = ramp.connections();
    }
    assertThat(trials).isBetween(3, 7);
    observe(2000, n -> n * 5e6);
    assertThat(ramp.connections()).isEqualTo(16);
  }

  @Test
  void burstsDoNotFoolIt() {
    int[] window = {0};
    // A connection sends all at once and pauses for three windows.
    observe(20, n -> window[0]++ % 4 == 0 ? n * 32e6 : 0);
    assertThat(ramp.connections()).isEqualTo(16);
  }

  @Test
  void windowsWithoutAByteTellNothing() {
    observe(3, n -> 0);
    assertThat(ramp.connections()).isEqualTo(4);
    observe(2, n -> n * 8e6);
    assertThat(ramp.connections()).isEqualTo(16);
  }

  @Test
  void burstsDoNotFoolItAfterARestEither() {
    int[] window = {0};
    int above = 0;
    for (int i = 0; i < 3000; i++) {
      observe(1, n -> window[0]++ % 2 == 0 ? 5e6 : 0);
      above += ramp.connections() > 4 ? 1 : 0;
    }
    assertThat(above).isLessThan(60);
  }

  @Test
  void aStallAsARestEndsIsNoReasonForMore() {
    for (int stalled = 20; stalled < 60; stalled++) {
      ConnectionRamp steady = new ConnectionRamp(4);
      for (int i = 0; i < 100; i++) {
        steady.observe(i == stalled ? 1e6 : 5e6, 16);
      }
      assertThat(steady.connections()).as("stalled in window %d", stalled).isEqualTo(4);
    }
  }

  @Test
  void anOriginThatRefusesIsNotTriedAgainSoon() {
    observe(1, n -> n * 8e6);
    ramp.refused(6);
    assertThat(ramp.connections()).isEqualTo(6);
    // Several that are refused at once are told one by one.
    ramp.refused(3);
    ramp.refused(3);
    assertThat(ramp.connections()).isEqualTo(3);
    observe(1000, n -> n * 8e6);
    assertThat(ramp.connections()).isEqualTo(3);
    ramp.refused(0);
    assertThat(ramp.connections()).isEqualTo(1);
  }

  @Test
  void thereAreNeverMoreThanMayBe() {
    ramp.observe(1e6, 6);
    assertThat(ramp.connections()).isEqualTo(6);
    ramp.observe(2e6, 6);
    assertThat(ramp.connections()).isEqualTo(6);
    assertThatIllegalArgumentException().isThrownBy(() -> new ConnectionRamp(0));
  }
}
