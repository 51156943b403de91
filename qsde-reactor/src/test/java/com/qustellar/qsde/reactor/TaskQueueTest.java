package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TaskQueueTest {

  private final TaskQueue queue = new TaskQueue();
  private final Runnable first = new Task();
  private final Runnable second = new Task();
  private final Runnable third = new Task();

  private static final class Task implements Runnable {
    @Override
    public void run() {}
  }

  @Test
  void givesTasksInTheirOrder() throws InterruptedException {
    queue.add(first);
    queue.put(second);
    assertThat(queue.offer(third, 1, TimeUnit.DAYS)).isTrue();

    assertThat(queue.peek()).isSameAs(first);
    assertThat(queue).hasSize(3).containsExactly(first, second, third);
    assertThat(queue.take()).isSameAs(first);
    assertThat(queue.poll()).isSameAs(second);
    assertThat(queue.poll(1, TimeUnit.DAYS)).isSameAs(third);
    assertThat(queue).isEmpty();
    assertThat(queue.peek()).isNull();
  }

  @Test
  void givesNothingWhereNothingIs() throws InterruptedException {
    assertThat(queue.poll()).isNull();
    assertThat(queue.poll(1, TimeUnit.NANOSECONDS)).isNull();
  }

  @Test
  void goesOnPastATaskThatHasBeenRemoved() throws InterruptedException {
    queue.add(first);
    assertThat(queue.remove(first)).isTrue();
    assertThat(queue.poll()).isNull();

    queue.add(first);
    queue.add(second);
    queue.remove(first);
    assertThat(queue.take()).isSameAs(second);
    assertThat(queue.poll(1, TimeUnit.NANOSECONDS)).isNull();
  }

  @Test
  void givesSeveralAtOnce() {
    List<Runnable> taken = new ArrayList<>();
    queue.addAll(List.of(first, second, third));
    assertThat(queue.drainTo(taken, 2)).isEqualTo(2);
    assertThat(queue.drainTo(taken)).isEqualTo(1);
    assertThat(taken).containsExactly(first, second, third);
    assertThat(queue.drainTo(taken)).isZero();
  }

  @Test
  void whoWaitsIsWokenByWhatComes() throws InterruptedException {
    List<Runnable> taken = new ArrayList<>();
    Thread taker =
        new Thread(
            () -> {
              try {
                taken.add(queue.take());
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    taker.start();
    while (taker.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    queue.add(first);
    taker.join();
    assertThat(taken).containsExactly(first);
  }
}
