package com.qustellar.qsde.examples.cluster.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * A member of the share group: the bridge between Kafka's consumer, which blocks, and Reactor, with
 * a thread of its own.
 *
 * <p>It takes so many records, and no more until all of them have ended: a consumer that holds one
 * is given no others. Each is handed over as it comes; what becomes of it decides how it is
 * acknowledged. Until then its lock is renewed. One whose lock is lost all the same belongs to
 * another member by now, and is cancelled.
 *
 * <p>Whatever goes wrong with Kafka, a member begins anew with another consumer.
 */
public final class Member {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int LOCK_MILLIS = 30_000;

  private final Map<String, Object> settings;
  private final String topic;
  private final Function<Delivery, Mono<Verdict>> handler;
  private final Contact contact;
  private final Thread thread;
  private final LinkedBlockingQueue<Held> ended = new LinkedBlockingQueue<>();
  private volatile boolean stopping;

  // Of the thread alone.
  private final Map<Place, Held> held = new HashMap<>();
  private long renewed;

  private record Place(String topic, int partition, long offset) {
    static Place of(ConsumerRecord<?, ?> found) {
      return new Place(found.topic(), found.partition(), found.offset());
    }
  }

  /** A record that has been handed over. */
  private static final class Held {
    final ConsumerRecord<byte[], byte[]> taken;
    final Place place;
    @Nullable Disposable running;
    volatile Verdict verdict = Verdict.RELEASE;

    Held(ConsumerRecord<byte[], byte[]> taken) {
      this.taken = taken;
      this.place = Place.of(taken);
    }
  }

  /**
   * Makes a member; it takes nothing before it is started.
   *
   * @param name of its thread
   * @param clients what every client of Kafka is made with
   * @param topics those of the queue
   * @param most how many records it takes at once
   * @param handler says what becomes of each; an error releases it
   * @param contact hears whether a broker answers
   */
  public Member(
      String name,
      Map<String, Object> clients,
      Topics topics,
      int most,
      Function<Delivery, Mono<Verdict>> handler,
      Contact contact) {
    this.topic = topics.jobs();
    this.handler = handler;
    this.contact = contact;
    this.settings = new HashMap<>(clients);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, topics.group());
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, most);
    settings.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
    settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  /** Starts to take records. */
  public void start() {
    thread.start();
  }

  /** Takes no more; what is held goes on to its end. */
  public void stop() {
    stopping = true;
  }

  /**
   * Waits until nothing is held, and the consumer is closed.
   *
   * @param longest how long
   * @return whether that is so
   * @throws InterruptedException if the wait is interrupted
   */
  public boolean await(Duration longest) throws InterruptedException {
    thread.join(Math.max(1, longest.toMillis()));
    return !thread.isAlive();
  }

  private void run() {
    while (!stopping) {
      if (contact.isLost()) {
        pause();
        continue;
      }
      try {
        takePart();
      } catch (TimeoutException e) {
        contact.lost();
      } catch (RuntimeException | Error e) {
        // Whatever it is: a member that is gone would never be missed.
        contact.say("the queue has failed, and is joined again: " + e);
        pause();
      }
    }
  }

  /** Without contact there is no consumer: it would ask again and again, with all of a core. */
  private void takePart() {
    ShareConsumer<byte[], byte[]> consumer =
        new KafkaShareConsumer<>(
            settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      consumer.subscribe(Set.of(topic));
      while (!held.isEmpty() || !(stopping || contact.isLost())) {
        step(consumer);
      }
    } finally {
      List.copyOf(held.values()).forEach(this::lose);
      ended.clear();
      consumer.close(contact.isLost() ? Duration.ZERO : ANSWER);
    }
  }

  private void pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void step(ShareConsumer<byte[], byte[]> consumer) {
    if (held.isEmpty()) {
      renewed = System.nanoTime(); // a lock begins while this waits
      take(consumer.poll(POLL));
      return;
    }
    long lock = consumer.acquisitionLockTimeoutMs().orElse(LOCK_MILLIS) * 1_000_000L;
    Held first = next(untilRenewal(lock));
    if (first == null) {
      renew(consumer, lock);
    } else {
      settle(consumer, first);
    }
  }

  private long untilRenewal(long lock) {
    return renewed + lock / 3 - System.nanoTime();
  }

  private @Nullable Held next(long nanos) {
    try {
      return ended.poll(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException(e);
    }
  }

  /** Hands over what has been taken. */
  private void take(Iterable<ConsumerRecord<byte[], byte[]>> records) {
    for (ConsumerRecord<byte[], byte[]> found : records) {
      Held one = new Held(found);
      held.put(one.place, one);
      one.running =
          handler
              .apply(Delivery.of(found))
              .subscribe(
                  verdict -> one.verdict = verdict,
                  failure -> ended.add(one),
                  () -> ended.add(one));
    }
  }

  /** Acknowledges what has ended, together with whatever else has. */
  private void settle(ShareConsumer<byte[], byte[]> consumer, Held first) {
    List<Held> all = new ArrayList<>(List.of(first));
    ended.drainTo(all);
    // What was lost meanwhile is another member's to acknowledge.
    all.removeIf(one -> !held.remove(one.place, one));
    all.forEach(one -> consumer.acknowledge(one.taken, one.verdict.type()));
    if (!all.isEmpty()) {
      // Where it fails there will be another delivery, which finds what this one has done.
      consumer.commitSync(ANSWER);
    }
  }

  /**
   * Renews the locks. The consumer hands over again what it has renewed; what it has not, is
   * another's. (Asked for with a poll instead it would fetch other records as well, and keep them.)
   */
  private void renew(ShareConsumer<byte[], byte[]> consumer, long lock) {
    long asked = System.nanoTime();
    long left = renewed + lock - asked;
    if (left <= 0) {
      // Not asked for: of a record that another has finished meanwhile a broker would say yes.
      throw new KafkaException("this worker stood still for longer than its locks last");
    }
    held.values().forEach(one -> consumer.acknowledge(one.taken, AcknowledgeType.RENEW));
    consumer.commitSync(Duration.ofNanos(left));
    Map<Place, ConsumerRecord<byte[], byte[]>> found = new HashMap<>();
    consumer.poll(Duration.ZERO).forEach(one -> found.put(Place.of(one), one));
    renewed = asked;
    for (Held one : List.copyOf(held.values())) {
      if (found.remove(one.place) == null) {
        lose(one);
      }
    }
    take(found.values());
  }

  private void lose(Held lost) {
    held.remove(lost.place);
    if (lost.running != null) {
      lost.running.dispose();
    }
  }
}
