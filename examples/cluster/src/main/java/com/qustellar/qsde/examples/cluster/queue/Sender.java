package com.qustellar.qsde.examples.cluster.queue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Writes records: each is told once every in-sync replica has it, and stands there once. While no
 * broker takes it that is not told, however long it lasts; a record that fails has not been
 * written.
 */
public final class Sender implements AutoCloseable {

  private static final int LONGEST_MILLIS = 20_000;

  private final Producer<byte @Nullable [], byte @Nullable []> producer;

  /** Its own: where a topic has gone all the threads wait, and what makes it anew needs another. */
  private final Scheduler waiting =
      Schedulers.newBoundedElastic(
          Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE, Integer.MAX_VALUE, "qsde-sender", 60, true);

  /**
   * Makes a sender.
   *
   * @param clients what every client of Kafka is made with
   */
  public Sender(Map<String, Object> clients) {
    Map<String, Object> settings = new HashMap<>(clients);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, LONGEST_MILLIS);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, LONGEST_MILLIS / 2);
    // What has been taken in can't be brought again, or it might stand there twice.
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Writes a record when subscribed to; completes when it will be read. A cancellation does not
   * call it back.
   *
   * @param topic where to
   * @param key of it
   * @param value of it
   * @param headers of it
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback hears the same
  public Mono<Void> send(
      String topic, byte @Nullable [] key, byte @Nullable [] value, Map<String, String> headers) {
    List<Header> fields =
        headers.entrySet().stream()
            .<Header>map(
                e -> new RecordHeader(e.getKey(), e.getValue().getBytes(StandardCharsets.UTF_8)))
            .toList();
    return Mono.<Void>create(
            sink ->
                producer.send(
                    new ProducerRecord<>(topic, null, key, value, fields),
                    (unused, failure) -> {
                      if (failure == null) {
                        sink.success();
                      } else {
                        sink.error(failure);
                      }
                    }))
        // Kafka's own thread must not run what follows, and send() waits for its first metadata.
        .subscribeOn(waiting)
        .publishOn(Schedulers.parallel());
  }

  /** Writes what is pending, within reason. */
  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
    waiting.dispose();
  }
}
