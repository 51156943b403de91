package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Hooks;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

class TicksTest {

  private static final Duration INTERVAL = Duration.ofMillis(100);

  @Test
  void oneTimerServesAllAndEndsWithTheLast() {
    VirtualTimeScheduler time = VirtualTimeScheduler.create();
    Ticks ticks = new Ticks(INTERVAL, time);
    List<String> heard = new ArrayList<>();
    Disposable first = ticks.flux().subscribe(tick -> heard.add("first"));
    Disposable second = ticks.flux().subscribe(tick -> heard.add("second"));
    assertThat(time.getScheduledTaskCount()).isEqualTo(1);

    time.advanceTimeBy(INTERVAL);
    assertThat(heard).containsExactly("first", "second");

    first.dispose();
    time.advanceTimeBy(INTERVAL);
    assertThat(heard).containsExactly("first", "second", "second");

    second.dispose();
    time.advanceTimeBy(INTERVAL.multipliedBy(3));
    assertThat(heard).hasSize(3);

    Disposable third = ticks.flux().subscribe(tick -> heard.add("third"));
    time.advanceTimeBy(INTERVAL);
    assertThat(heard).endsWith("third");
    third.dispose();
    time.dispose();
  }

  @Test
  void whoComesAsTheLastLeavesHearsOfNoError() throws InterruptedException {
    Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();
    Hooks.onErrorDropped(wrong::add);
    try {
      Ticks ticks = new Ticks(INTERVAL, Schedulers.parallel());
      Runnable comeAndGo =
          () -> {
            for (int i = 0; i < 300_000; i++) {
              ticks.flux().subscribe(tick -> {}, wrong::add).dispose();
            }
          };
      Thread other = new Thread(comeAndGo);
      other.start();
      comeAndGo.run();
      other.join();
    } finally {
      Hooks.resetOnErrorDropped();
    }
    assertThat(wrong).isEmpty();
  }
}
