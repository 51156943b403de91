package com.qustellar.qsde.examples.cluster.demo;

import com.qustellar.qsde.examples.cluster.job.Codec;
import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import com.qustellar.qsde.examples.cluster.job.UnreadableException;
import com.qustellar.qsde.examples.cluster.queue.Topics;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Counts what the workers tell. For one thread. */
final class Tally implements AutoCloseable {

  private final Consumer<byte[], byte[]> consumer;
  private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
  private final Map<String, Integer> byWorker = new TreeMap<>();
  private final Set<String> whole = new HashSet<>();
  private long bytes;

  Tally(Map<String, Object> clients, Topics topics) {
    consumer =
        new KafkaConsumer<>(clients, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topics.results()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** Waits so long for more to count. */
  void read(Duration longest) {
    for (ConsumerRecord<byte[], byte[]> found : consumer.poll(longest)) {
      try {
        count(Codec.readResult(found.value()));
      } catch (UnreadableException e) {
        throw new IllegalStateException(e); // they are of this version
      }
    }
  }

  private void count(JobResult result) {
    outcomes.merge(result.outcome(), 1, Integer::sum);
    if (result.outcome().isWhole() && whole.add(result.id())) {
      bytes += result.bytes();
      byWorker.merge(result.worker(), 1, Integer::sum);
    }
  }

  /** Returns how many targets are whole. */
  int whole() {
    return whole.size();
  }

  /** Returns the bytes of those. */
  long bytes() {
    return bytes;
  }

  /** Returns how often there was such an outcome. */
  int count(Outcome outcome) {
    return outcomes.getOrDefault(outcome, 0);
  }

  /** Returns how many targets each worker was the first to tell of. */
  Map<String, Integer> byWorker() {
    return byWorker;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
