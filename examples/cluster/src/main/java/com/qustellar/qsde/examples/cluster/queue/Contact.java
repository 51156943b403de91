package com.qustellar.qsde.examples.cluster.queue;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Says once that no broker answers, and once that one does again, whoever of a process notices. */
public final class Contact {

  private final String brokers;
  private final Consumer<String> lines;
  private final AtomicBoolean lost = new AtomicBoolean();

  /**
   * Begins as if there were contact.
   *
   * @param brokers where Kafka is
   * @param lines hears what there is to say
   */
  public Contact(String brokers, Consumer<String> lines) {
    this.brokers = brokers;
    this.lines = lines;
  }

  /** No broker has answered in time. */
  public void lost() {
    if (lost.compareAndSet(false, true)) {
      lines.accept("no broker answers at " + brokers + ": still trying");
    }
  }

  /** One has. */
  public void found() {
    if (lost.compareAndSet(true, false)) {
      lines.accept(brokers + " answers");
    }
  }

  /** Returns whether the last that was noticed is that no broker answers. */
  boolean isLost() {
    return lost.get();
  }

  /** Says something else. */
  void say(String line) {
    lines.accept(line);
  }
}
