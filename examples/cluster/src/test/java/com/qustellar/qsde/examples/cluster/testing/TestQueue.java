package com.qustellar.qsde.examples.cluster.testing;

import com.qustellar.qsde.examples.cluster.demo.Broker;
import com.qustellar.qsde.examples.cluster.job.Codec;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.job.JobResult;
import com.qustellar.qsde.examples.cluster.job.UnreadableException;
import com.qustellar.qsde.examples.cluster.job.WorkerState;
import com.qustellar.qsde.examples.cluster.queue.Answers;
import com.qustellar.qsde.examples.cluster.queue.Contact;
import com.qustellar.qsde.examples.cluster.queue.Queue;
import com.qustellar.qsde.examples.cluster.queue.Sender;
import com.qustellar.qsde.examples.cluster.queue.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import reactor.core.publisher.Flux;

/** A queue of its own for a test, on a broker that all tests of this JVM share. */
public final class TestQueue implements AutoCloseable {

  /** How long the lock on a record lasts: so long that no busy machine keeps a worker from it. */
  private static final Duration LOCK = Duration.ofSeconds(20);

  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Broker broker;
  private final Topics topics = new Topics("queue-" + COUNT.incrementAndGet());
  private final Sender sender;

  /** The broker, started when first asked for. */
  private static final class Shared {
    static final Broker BROKER = start();

    private static Broker start() {
      try {
        Path directory = Files.createTempDirectory("qsde-broker");
        Broker broker = new Broker(directory, settings());
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      broker.close();
                      delete(directory);
                    }));
        return broker;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Names a new queue, and makes it. */
  public TestQueue() {
    this(Shared.BROKER);
  }

  /** Names a new queue of a broker, and makes it. */
  public TestQueue(Broker broker) {
    this.broker = broker;
    this.sender = new Sender(clients());
    new Queue(clients(), topics, new Contact(address(), line -> {})).open(() -> false);
  }

  /** Returns the settings of a broker that allows short locks. */
  public static Map<String, String> settings() {
    return Map.of(
        "group.share.min.record.lock.duration.ms", "1000",
        "group.share.record.lock.duration.ms", String.valueOf(LOCK.toMillis()),
        "group.share.delivery.count.limit", "10",
        "group.share.min.heartbeat.interval.ms", "500",
        "group.share.heartbeat.interval.ms", "500",
        "auto.create.topics.enable", "false");
  }

  /** Deletes a directory and what is in it. */
  public static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops the broker and starts it again. */
  public void restartBroker() {
    broker.restart();
  }

  public Topics topics() {
    return topics;
  }

  public String address() {
    return broker.address();
  }

  public Map<String, Object> clients() {
    return Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.address());
  }

  /** Sets what a topic or a group is configured with. */
  public void set(ConfigResource.Type type, String name, String setting, String value) {
    try (Admin admin = Admin.create(clients())) {
      AlterConfigOp change =
          new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
      Answers.await(
          admin
              .incrementalAlterConfigs(Map.of(new ConfigResource(type, name), List.of(change)))
              .all());
    }
  }

  /** Sets how long the lock on a record lasts, before there is a worker. */
  public void lockFor(Duration lock) {
    set(
        ConfigResource.Type.GROUP,
        topics.group(),
        "share.record.lock.duration.ms",
        String.valueOf(lock.toMillis()));
  }

  /** Deletes a topic. */
  public void delete(String topic) {
    try (Admin admin = Admin.create(clients())) {
      Answers.await(admin.deleteTopics(List.of(topic)).all());
    }
  }

  /** Waits until a topic is there that was not. */
  public void awaitTopic(String topic) {
    try (Admin admin = Admin.create(clients())) {
      while (!Answers.await(admin.listTopics().names()).contains(topic)) {
        LockSupport.parkNanos(10_000_000);
      }
    }
  }

  /** Waits until a worker says how it is. */
  public void awaitState() {
    read(topics.workers(), LONGEST, found -> true);
  }

  /** Returns all that workers have said by now. */
  public List<WorkerState> states() {
    long end;
    try (Admin admin = Admin.create(clients())) {
      TopicPartition all = new TopicPartition(topics.workers(), 0);
      end =
          Answers.await(admin.listOffsets(Map.of(all, OffsetSpec.latest())).partitionResult(all))
              .offset();
    }
    List<WorkerState> states = new ArrayList<>();
    read(
        topics.workers(),
        LONGEST,
        found -> {
          try {
            states.add(Codec.readWorker(found.value()));
          } catch (UnreadableException e) {
            throw new AssertionError(e);
          }
          return found.offset() + 1 == end;
        });
    return states;
  }

  /** Puts requests into the queue. */
  public void submit(Job... jobs) {
    Flux.fromArray(jobs)
        .flatMap(job -> sender.send(topics.jobs(), null, Codec.write(job), Map.of()))
        .blockLast();
  }

  /** Puts a record into the queue. */
  public void submit(byte[] value) {
    sender.send(topics.jobs(), null, value, Map.of()).block();
  }

  /** Returns all results once there is one that is waited for. */
  public List<JobResult> results(Predicate<List<JobResult>> enough) {
    return results(enough, LONGEST);
  }

  /** Returns all results once there is one that is waited for, so long at most. */
  public List<JobResult> results(Predicate<List<JobResult>> enough, Duration longest) {
    List<JobResult> results = new ArrayList<>();
    read(
        topics.results(),
        longest,
        found -> {
          try {
            results.add(Codec.readResult(found.value()));
          } catch (UnreadableException e) {
            throw new AssertionError(e);
          }
          return enough.test(results);
        });
    return results;
  }

  /** Returns the first so many requests. */
  public List<Job> jobs(int count) {
    List<Job> jobs = new ArrayList<>();
    read(
        topics.jobs(),
        LONGEST,
        found -> {
          try {
            jobs.add(Codec.readJob(found.value()));
          } catch (UnreadableException e) {
            throw new AssertionError(e);
          }
          return jobs.size() == count;
        });
    return jobs;
  }

  /** Returns the first so many dead letters. */
  public List<ConsumerRecord<byte[], byte[]>> dead(int count) {
    List<ConsumerRecord<byte[], byte[]>> dead = new ArrayList<>();
    read(
        topics.dead(),
        LONGEST,
        found -> {
          dead.add(found);
          return dead.size() == count;
        });
    return dead;
  }

  private void read(
      String topic, Duration longest, Predicate<ConsumerRecord<byte[], byte[]>> last) {
    long deadline = System.nanoTime() + longest.toNanos();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(clients(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      // A topic that has just been made has a name first.
      while (partitions.isEmpty() && System.nanoTime() < deadline) {
        for (PartitionInfo info : consumer.partitionsFor(topic)) {
          partitions.add(new TopicPartition(topic, info.partition()));
        }
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> found : consumer.poll(Duration.ofMillis(100))) {
          if (last.test(found)) {
            return;
          }
        }
      }
    }
    throw new AssertionError("what is waited for has not come on " + topic);
  }

  @Override
  public void close() {
    sender.close();
  }
}
