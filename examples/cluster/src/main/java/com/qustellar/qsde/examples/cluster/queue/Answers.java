package com.qustellar.qsde.examples.cluster.queue;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;

/** What the brokers answer an administrator. */
public final class Answers {

  private Answers() {}

  /**
   * Waits for an answer. Blocks.
   *
   * @param answer what is waited for
   * @param <T> what it is
   * @return the answer
   * @throws KafkaException as Kafka has failed, or as the wait is interrupted
   */
  public static <T> T await(KafkaFuture<T> answer) {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KafkaException known) {
        throw known;
      }
      throw new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
