package com.qustellar.qsde.examples.cluster.status;

import com.qustellar.qsde.examples.cluster.job.Codec;
import com.qustellar.qsde.examples.cluster.job.UnreadableException;
import com.qustellar.qsde.examples.cluster.queue.Answers;
import com.qustellar.qsde.examples.cluster.queue.Contact;
import com.qustellar.qsde.examples.cluster.queue.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Follows the results of a queue and what its workers say, and asks the share group how much is
 * left; it takes part in nothing. Results are counted from the first that Kafka still has.
 *
 * <p>It blocks. For one thread.
 */
final class QueueWatch implements AutoCloseable {

  private static final int ANSWER_MILLIS = 5_000;
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  private final Topics topics;
  private final Contact contact;
  private final Map<String, Object> settings;
  private final Tally tally = new Tally();
  private @Nullable Admin admin;
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;
  private long toCount;
  private long counted;
  private long waiting;
  private long asked;

  /**
   * Prepares to watch.
   *
   * @param clients what every client of Kafka is made with
   * @param topics those of the queue
   * @param contact hears whether brokers answer
   */
  QueueWatch(Map<String, Object> clients, Topics topics, Contact contact) {
    this.topics = topics;
    this.contact = contact;
    this.settings = new HashMap<>(clients);
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
  }

  /**
   * Waits for what comes next, and returns what is known then.
   *
   * @param longest how long to wait; it may last longer while no broker answers
   * @throws KafkaException if a broker answers that it may not, or knows no such queue
   */
  QueueState next(Duration longest) {
    try {
      KafkaConsumer<byte[], byte[]> open = consumer;
      if (open == null) {
        open = open();
        waiting = left();
        consumer = open;
      }
      open.poll(longest).forEach(this::add);
      if (System.nanoTime() - asked >= BETWEEN.toNanos()) {
        waiting = left();
      }
      contact.found();
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      // One that has been asked and refuses is another matter than one that is not there.
      boolean refused = e instanceof ApiException && !(e instanceof RetriableException);
      if (refused || e instanceof UnknownTopicOrPartitionException) {
        throw e;
      }
      contact.lost();
    }
    double part = isComplete() ? 1 : toCount == 0 ? 0 : (double) counted / toCount;
    return tally.state(waiting, part, System.currentTimeMillis());
  }

  /** Returns whether every result has been counted that was there at the start. */
  boolean isComplete() {
    return consumer != null && counted >= toCount;
  }

  private KafkaConsumer<byte[], byte[]> open() {
    List<TopicPartition> results = partitions(topics.results());
    List<TopicPartition> all = new ArrayList<>(results);
    all.addAll(partitions(topics.workers()));
    KafkaConsumer<byte[], byte[]> opened =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      opened.assign(all);
      opened.seekToBeginning(all);
      toCount = sum(opened.endOffsets(results)) - sum(opened.beginningOffsets(results));
      return opened;
    } catch (KafkaException e) {
      opened.close();
      throw e;
    }
  }

  private static long sum(Map<TopicPartition, Long> offsets) {
    return offsets.values().stream().mapToLong(Long::longValue).sum();
  }

  private List<TopicPartition> partitions(String topic) {
    TopicDescription found =
        Answers.await(admin().describeTopics(List.of(topic)).allTopicNames()).get(topic);
    return found == null
        ? List.of()
        : found.partitions().stream().map(p -> new TopicPartition(topic, p.partition())).toList();
  }

  /** Returns how many requests nobody has done with. */
  private long left() {
    List<TopicPartition> partitions = partitions(topics.jobs());
    Map<TopicPartition, SharePartitionOffsetInfo> known =
        Answers.await(
            admin()
                .listShareGroupOffsets(
                    Map.of(
                        topics.group(),
                        new ListShareGroupOffsetsSpec().topicPartitions(partitions)))
                .partitionsToOffsetInfo(topics.group()));
    long left = 0;
    for (TopicPartition partition : partitions) {
      SharePartitionOffsetInfo info = known.get(partition);
      // Of a partition that no worker has read yet the group knows nothing.
      left +=
          info != null && info.lag().isPresent()
              ? info.lag().get()
              : offset(partition, OffsetSpec.latest())
                  - (info == null ? offset(partition, OffsetSpec.earliest()) : info.startOffset());
    }
    asked = System.nanoTime();
    return left;
  }

  private long offset(TopicPartition partition, OffsetSpec spec) {
    return Answers.await(admin().listOffsets(Map.of(partition, spec)).partitionResult(partition))
        .offset();
  }

  private void add(ConsumerRecord<byte[], byte[]> found) {
    boolean result = found.topic().equals(topics.results());
    counted += result ? 1 : 0;
    try {
      if (result) {
        tally.add(Codec.readResult(found.value()));
      } else {
        tally.add(Codec.readWorker(found.value()));
      }
    } catch (UnreadableException e) {
      // Somebody else's, or of a version to come: there is nothing to count.
      return;
    }
  }

  private Admin admin() {
    Admin open = admin;
    if (open == null) {
      open = Admin.create(settings);
      admin = open;
    }
    return open;
  }

  @Override
  public void close() {
    if (consumer != null) {
      consumer.close();
    }
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
  }
}
