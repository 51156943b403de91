package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.internal.plan.ConnectionRamp;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConnectionCountTest {

  private final AtomicInteger wanted = new AtomicInteger(Limits.AUTO);
  private final AtomicInteger share = new AtomicInteger(32);
  private final AtomicBoolean behind = new AtomicBoolean();
  private final ConnectionCount count = new ConnectionCount(wanted::get, share::get, behind::get);

  @Test
  void aFewAreTheBeginning() {
    assertThat(count.connections()).isEqualTo(ConnectionCount.FIRST);
    share.set(2);
    assertThat(count.connections()).isEqualTo(2);
    wanted.set(7);
    assertThat(count.connections()).isEqualTo(7);
  }

  @Test
  void oneThatIsSlowIsSoonNotAlone() {
    count.beginWithOne();
    assertThat(count.connections()).isEqualTo(1);
    assertThat(count.expected()).isEqualTo(1);
    count.observe(1 << 20);
    assertThat(count.connections()).isEqualTo(ConnectionCount.FIRST);
    assertThat(count.expected()).isEqualTo(ConnectionCount.MOST);
    count.observe(4 << 20);
    assertThat(count.connections()).isEqualTo(2 * ConnectionCount.FIRST);
  }

  @Test
  void oneThatBringsEnoughStaysAlone() {
    count.beginWithOne();
    for (int look = 0; look < 100; look++) {
      count.observe(4 * ConnectionRamp.FAST);
    }
    assertThat(count.connections()).isEqualTo(1);
  }

  /** It may be this process that is slow, as long as its code is not compiled. */
  @Test
  void oneThatMayGetFasterIsWaitedForAWhile() {
    count.beginWithOne();
    for (int look = 1; look < ConnectionRamp.TRIAL; look++) {
      count.observe(ConnectionRamp.FAST);
    }
    assertThat(count.connections()).isEqualTo(1);
    count.observe(4 * ConnectionRamp.FAST);
    for (int look = 0; look < ConnectionRamp.TRIAL; look++) {
      assertThat(count.connections()).isEqualTo(1);
      count.observe(ConnectionRamp.FAST);
    }
    assertThat(count.connections()).isEqualTo(ConnectionCount.FIRST);
  }

  @Test
  void whatWaitsForThisProcessSaysNothingOfTheirNumber() {
    count.beginWithOne();
    behind.set(true);
    for (int look = 0; look < 100; look++) {
      count.observe(2 * ConnectionRamp.FAST);
    }
    assertThat(count.connections()).isEqualTo(1);
    behind.set(false);
    count.observe(1 << 20);
    assertThat(count.connections()).isEqualTo(ConnectionCount.FIRST);
  }

  @Test
  void whoIsToldTheNumberBeginsWithIt() {
    wanted.set(6);
    count.beginWithOne();
    assertThat(count.connections()).isEqualTo(6);
  }
}
