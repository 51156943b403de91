package com.qustellar.qsde.examples.cluster.status;

import com.qustellar.qsde.examples.cluster.job.Codec;
import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.UnreadableException;
import com.qustellar.qsde.examples.cluster.queue.Answers;
import com.qustellar.qsde.examples.cluster.queue.Contact;
import com.qustellar.qsde.examples.cluster.queue.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Follows the results of a queue and what its workers say, and asks the share group how much is
 * left; it takes part in nothing. Results are counted from the first that Kafka still has.
 *
 * <p>It blocks. For one thread.
 */
public final class QueueWatch implements AutoCloseable {

  private static final int ANSWER_MILLIS = 5_000;
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  private final Topics topics;
  private final Contact contact;
  private final Consumer<JobResult> results;
  private final Map<String, Object> settings;
  private final Tally tally = new Tally();
  private @Nullable Admin admin;
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;

  /** Where the results ended when this began to watch. */
  private Map<TopicPartition, Long> ends = Map.of();

  private long toCount;
  private long left;
  private long waiting;
  private long asked;

  /**
   * Prepares to watch.
   *
   * @param clients what every client of Kafka is made with
   * @param topics those of the queue
   * @param contact hears whether brokers answer
   * @param results hears each result, while {@link #next} waits
   */
  public QueueWatch(
      Map<String, Object> clients, Topics topics, Contact contact, Consumer<JobResult> results) {
    this.topics = topics;
    this.contact = contact;
    this.results = results;
    this.settings = new HashMap<>(clients);
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    // Kafka may delete what is being read.
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
  }

  /**
   * Waits for what comes next, and returns what is known then.
   *
   * @param longest how long to wait; it may last longer while no broker answers
   * @throws KafkaException if a broker answers that it may not, or knows no such queue
   */
  public QueueState next(Duration longest) {
    try {
      KafkaConsumer<byte[], byte[]> open = consumer;
      if (open == null) {
        waiting = waiting();
        open = open();
        consumer = open;
      }
      open.poll(longest).forEach(this::add);
      if (left > 0) {
        left = leftToCount(open);
      }
      if (System.nanoTime() - asked >= BETWEEN.toNanos()) {
        waiting = waiting();
      }
      contact.found();
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      // One that has been asked and refuses is another matter than one that is not there.
      if (Contact.isRefusal(e) || e instanceof UnknownTopicOrPartitionException) {
        throw e;
      }
      contact.lost();
    }
    double part = isComplete() ? 1 : toCount == 0 ? 0 : 1 - (double) left / toCount;
    return tally.state(waiting, part, System.currentTimeMillis());
  }

  /** Returns whether all has been read that was there at the start: results, and who works. */
  boolean isComplete() {
    return consumer != null && left == 0;
  }

  private KafkaConsumer<byte[], byte[]> open() {
    List<TopicPartition> all = new ArrayList<>(partitions(topics.results()));
    all.addAll(partitions(topics.workers()));
    KafkaConsumer<byte[], byte[]> opened =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      opened.assign(all);
      opened.seekToBeginning(all);
      ends = opened.endOffsets(all);
      toCount = leftToCount(opened);
      left = toCount;
      return opened;
    } catch (KafkaException e) {
      opened.close();
      throw e;
    }
  }

  private long leftToCount(KafkaConsumer<byte[], byte[]> opened) {
    return ends.entrySet().stream()
        .mapToLong(end -> Math.max(0, end.getValue() - opened.position(end.getKey())))
        .sum();
  }

  private List<TopicPartition> partitions(String topic) {
    TopicDescription found =
        Answers.await(admin().describeTopics(List.of(topic)).allTopicNames()).get(topic);
    return found == null
        ? List.of()
        : found.partitions().stream().map(p -> new TopicPartition(topic, p.partition())).toList();
  }

  /** Returns how many requests nobody has done with. */
  private long waiting() {
    List<TopicPartition> partitions = partitions(topics.jobs());
    Map<TopicPartition, SharePartitionOffsetInfo> known =
        Answers.await(
            admin()
                .listShareGroupOffsets(
                    Map.of(
                        topics.group(),
                        new ListShareGroupOffsetsSpec().topicPartitions(partitions)))
                .partitionsToOffsetInfo(topics.group()));
    long waits = 0;
    for (TopicPartition partition : partitions) {
      SharePartitionOffsetInfo info = known.get(partition);
      // Of a partition that no worker has read yet the group knows nothing.
      waits +=
          info != null && info.lag().isPresent()
              ? info.lag().get()
              : offset(partition, OffsetSpec.latest())
                  - (info == null ? offset(partition, OffsetSpec.earliest()) : info.startOffset());
    }
    asked = System.nanoTime();
    return waits;
  }

  private long offset(TopicPartition partition, OffsetSpec spec) {
    return Answers.await(admin().listOffsets(Map.of(partition, spec)).partitionResult(partition))
        .offset();
  }

  private void add(ConsumerRecord<byte[], byte[]> found) {
    try {
      if (found.topic().equals(topics.results())) {
        JobResult result = Codec.readResult(found.value());
        tally.add(result);
        results.accept(result);
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
