package com.qustellar.qsde.reactor;

import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.util.concurrent.Queues;

/**
 * Runs tasks one after the other, in turns of another executor: those that come meanwhile share the
 * turn, so that of thousands not each has to wake up a thread.
 */
final class Lane implements Executor {

  private final Executor turns;
  private final Queue<Runnable> waiting = Queues.<Runnable>unboundedMultiproducer().get();
  private final AtomicInteger due = new AtomicInteger();

  Lane(Executor turns) {
    this.turns = turns;
  }

  @Override
  public void execute(Runnable task) {
    waiting.add(task);
    if (due.getAndIncrement() == 0) {
      turns.execute(this::turn);
    }
  }

  private void turn() {
    try {
      do {
        waiting.remove().run();
      } while (due.decrementAndGet() > 0);
    } catch (Throwable thrown) {
      // The one that threw has had its turn; the others wait for theirs.
      if (due.decrementAndGet() > 0) {
        turns.execute(this::turn);
      }
      throw thrown;
    }
  }
}
