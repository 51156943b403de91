package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In which order the pool runs what it is given. */
@Timeout(20)
class IoPoolTest {

  private final IoPool pool = new IoPool();
  private final List<String> order = new CopyOnWriteArrayList<>();
  private final CountDownLatch busy = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(3);

  @AfterEach
  void close() {
    busy.countDown();
    pool.closeLater().block();
  }

  private void ran(String what) {
    order.add(what);
    done.countDown();
  }

  /** Leaves the pool one thread. */
  private void keepTheOthersBusy() throws InterruptedException {
    int others = Math.max(2, Math.min(Runtime.getRuntime().availableProcessors(), 16)) - 1;
    CountDownLatch begun = new CountDownLatch(others);
    for (int i = 0; i < others; i++) {
      pool.execute(
          () -> {
            begun.countDown();
            await(busy);
          });
    }
    begun.await();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void itsThreadsSleepWhileThereIsNothingToDo() throws InterruptedException {
    List<Thread> threads = threads();
    for (int round = 0; round < 2000; round++) {
      CountDownLatch ran = new CountDownLatch(2);
      pool.execute(ran::countDown);
      pool.execute(() -> followEachOther(20, ran));
      ran.await();
      for (Thread thread : threads) {
        while (thread.getState() != Thread.State.WAITING) {
          // For as long as a test may take.
          assertThat(Thread.interrupted()).as("%s is at work", thread.getName()).isFalse();
          Thread.onSpinWait();
        }
      }
    }
  }

  private void followEachOther(int left, CountDownLatch ran) {
    if (left == 0) {
      ran.countDown();
    } else {
      pool.call(() -> left - 1).subscribe(next -> followEachOther(next, ran));
    }
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("qsde-io-"))
        .toList();
  }

  @Test
  void whatFollowsATaskComesAfterItAndNotInsideOfIt() throws InterruptedException {
    pool.execute(
        () -> {
          pool.call(() -> 0).subscribe(unused -> ran("what follows"));
          ran("the task");
          done.countDown();
        });

    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(order).containsExactly("the task", "what follows");
  }

  @Test
  void whatFollowsATaskComesAfterThoseThatWait() throws InterruptedException {
    keepTheOthersBusy();
    CountDownLatch queued = new CountDownLatch(1);
    pool.execute(
        () -> {
          await(queued);
          pool.call(() -> 0).subscribe(unused -> ran("what follows"));
          ran("the task");
        });
    pool.execute(() -> ran("who waits"));
    queued.countDown();

    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(order).containsExactly("the task", "who waits", "what follows");
  }
}
