package com.qustellar.qsde.examples.cluster.queue;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RetriableException;

/** Says once that no broker answers, and once that one does again, whoever of a process notices. */
public final class Contact {

  /** So many lines are remembered. */
  private static final int MOST = 100;

  private final String brokers;
  private final Consumer<String> lines;
  private final AtomicBoolean lost = new AtomicBoolean();

  // Guarded by itself.
  private final Set<String> said = new HashSet<>();

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
      mended();
      lines.accept(brokers + " answers");
    }
  }

  /** {@return whether the last that was noticed is that no broker answers} */
  public boolean isLost() {
    return lost.get();
  }

  /**
   * Hears what Kafka's client has failed with: what a broker refuses is an answer of it.
   *
   * @param failure of the client
   */
  public void failed(Throwable failure) {
    if (failure instanceof ApiException && !(failure instanceof RetriableException)) {
      found();
    }
  }

  /**
   * Says something else, once until something is {@link #mended}.
   *
   * @param line what there is to say
   */
  public void say(String line) {
    boolean fresh;
    synchronized (said) {
      if (said.size() == MOST) {
        said.clear();
      }
      fresh = said.add(line);
    }
    if (fresh) {
      lines.accept(line);
    }
  }

  /** Something is right again that was not: what goes wrong after that is said anew. */
  public void mended() {
    synchronized (said) {
      said.clear();
    }
  }

  /**
   * {@return whether trying again would be in vain: a broker has answered that it may not be, or
   * the client can't do it, as where its settings can't be used}
   *
   * @param failure what Kafka's client has failed with
   */
  public static boolean isRefusal(KafkaException failure) {
    return !(failure instanceof RetriableException) && !isUnresolved(failure);
  }

  /** Names that nobody knows are told as a wrong setting, and may be known later. */
  private static boolean isUnresolved(KafkaException failure) {
    return failure.getCause() instanceof ConfigException wrong
        && String.valueOf(wrong.getMessage()).startsWith("No resolvable bootstrap urls");
  }
}
