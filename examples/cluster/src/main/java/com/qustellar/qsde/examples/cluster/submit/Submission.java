package com.qustellar.qsde.examples.cluster.submit;

import com.qustellar.qsde.examples.cluster.job.Codec;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.queue.Contact;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Puts requests into a queue, each once, however many they are: no more of them are in memory than
 * a buffer holds, and whoever brings more waits. While no broker takes them it says so once, and
 * waits on. For one thread.
 */
final class Submission implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long BUFFER = 16L << 20;
  private static final int BATCH = 128 << 10;

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final Contact contact;
  private final Consumer<String> lines;
  private final Thread owner = Thread.currentThread();
  private long sent;

  // Guarded by this.
  private long taken;
  private long refused;

  /**
   * Opens a submission.
   *
   * @param clients what every client of Kafka is made with
   * @param topic where requests go
   * @param contact hears whether brokers answer
   * @param lines hears what there is to say
   */
  Submission(Map<String, Object> clients, String topic, Contact contact, Consumer<String> lines) {
    Map<String, Object> settings = new HashMap<>(clients);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis());
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    this.topic = topic;
    this.contact = contact;
    this.lines = lines;
  }

  /** Brings a request; waits while there is no room for it. */
  void add(long number, Job job) {
    ProducerRecord<byte[], byte[]> next = new ProducerRecord<>(topic, Codec.write(job));
    Callback callback = (unused, failure) -> ended(number, failure);
    sent++;
    while (!offer(next, callback)) {
      contact.lost();
    }
  }

  /** Returns whether there was room, and a broker that knows the topic. */
  private boolean offer(ProducerRecord<byte[], byte[]> next, Callback callback) {
    Future<RecordMetadata> future = producer.send(next, callback);
    if (!future.isDone()) {
      return true;
    }
    try {
      future.get();
      return true;
    } catch (ExecutionException e) {
      return !(e.getCause() instanceof TimeoutException);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void ended(long number, @Nullable Exception failure) {
    if (failure instanceof TimeoutException && Thread.currentThread() == owner) {
      return; // it has not been taken in, and is brought again
    }
    synchronized (this) {
      if (failure == null) {
        contact.found();
        taken++;
      } else {
        refused++;
      }
      notifyAll();
    }
    if (failure != null) {
      lines.accept("request " + number + " was not taken: " + failure.getMessage());
    }
  }

  /** Waits until a broker has every request; returns whether it has taken all of them. */
  boolean end() throws InterruptedException {
    long before = -1;
    for (long now = settled(); now < sent; now = settled()) {
      if (now == before) {
        contact.lost();
      }
      before = now;
      awaitMore(now);
    }
    return refused() == 0;
  }

  private synchronized void awaitMore(long settled) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (taken + refused == settled) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return;
      }
      wait(Math.max(1, left / 1_000_000));
    }
  }

  private synchronized long settled() {
    return taken + refused;
  }

  private synchronized long refused() {
    return refused;
  }

  /** Returns how many requests the queue holds of those that were brought. */
  synchronized long taken() {
    return taken;
  }

  /** Gives up what has not been taken. */
  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
