package com.qustellar.qsde.examples.cluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.cluster.job.WorkerState;
import com.qustellar.qsde.examples.cluster.target.Stored;
import com.qustellar.qsde.examples.demo.DemoFile;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** What a worker says while it ends. It delays others' records, and so no test runs beside it. */
class LastWordTest extends WorkerTestBase {

  @Test
  void saysHowItIsUntilItHasEndedAndThatLast() throws Exception {
    Sinks.One<Stored> end = Sinks.one();
    CountDownLatch begun = new CountDownLatch(1);
    Store store =
        new Store(
            job -> {
              begun.countDown();
              return end.asMono();
            });
    queue.submit(job(DemoFile.of("f", KIB)));
    start(queue.clients(), Duration.ofSeconds(20), store, 1, 1);
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    askToStop();
    await(() -> lines.size() == 2);
    CountDownLatch held = new CountDownLatch(1);
    holdBackTheNextRecord(held);
    try {
      assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
      end.tryEmitValue(new Stored(KIB, KIB, null, false, 0));
      assertThat(ended.join()).isTrue();
    } finally {
      Schedulers.resetOnScheduleHook("held");
    }

    List<WorkerState> states = queue.states();
    assertThat(states.get(states.size() - 1).stopped()).isTrue();
  }

  /** The next record is written after two others, or a second later. */
  private static void holdBackTheNextRecord(CountDownLatch held) {
    AtomicInteger records = new AtomicInteger();
    CountDownLatch others = new CountDownLatch(2);
    Schedulers.onScheduleHook(
        "held",
        task ->
            () -> {
              if (!Thread.currentThread().getName().startsWith("qsde-sender")) {
                task.run();
              } else if (records.incrementAndGet() == 1) {
                held.countDown();
                awaitBriefly(others);
                task.run();
              } else {
                task.run();
                others.countDown();
              }
            });
  }

  @SuppressWarnings("ResultOfMethodCallIgnored") // it is written all the same
  private static void awaitBriefly(CountDownLatch latch) {
    try {
      latch.await(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
