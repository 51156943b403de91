package com.qustellar.qsde.examples.cluster.queue;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A record that this worker holds the lock of.
 *
 * @param partition where it stands
 * @param offset its place there
 * @param count which delivery of it this is, 1 for the first
 * @param key its key, null without one
 * @param value its value, null without one
 */
@SuppressWarnings("ArrayRecordComponent") // as Kafka hands them over; nobody compares deliveries
public record Delivery(
    TopicPartition partition,
    long offset,
    int count,
    byte @Nullable [] key,
    byte @Nullable [] value) {

  /** {@return where it stands, as {@code qsde-0@17}} */
  public String place() {
    return partition + "@" + offset;
  }

  static Delivery of(ConsumerRecord<byte @Nullable [], byte @Nullable []> found) {
    return new Delivery(
        new TopicPartition(found.topic(), found.partition()),
        found.offset(),
        found.deliveryCount().orElse((short) 1),
        found.key(),
        found.value());
  }
}
