package com.qustellar.qsde.examples.cluster.worker;

import com.qustellar.qsde.examples.cluster.queue.Contact;
import com.qustellar.qsde.examples.cluster.queue.Queue;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.KafkaException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;
import reactor.util.retry.RetryBackoffSpec;

/**
 * Sees to it that records are taken. Kafka's client says neither that no broker answers nor that
 * somebody has deleted a topic, so that whatever is not taken soon is looked after.
 */
final class Telling {

  private static final Duration SOON = Duration.ofSeconds(3);

  /** After so many looks it is the topic. */
  private static final int LOOKS = 3;

  private static final RetryBackoffSpec UNTOLD =
      Retry.backoff(Long.MAX_VALUE, Duration.ofSeconds(1))
          .maxBackoff(Duration.ofSeconds(30))
          // Any other is no failure of Kafka's: the sender is closed.
          .filter(KafkaException.class::isInstance);

  private final Contact contact;

  /** Looks for brokers and topics, one look at a time, whoever asks. */
  private final Mono<Void> look;

  /**
   * Looks after a queue.
   *
   * @param queue whose topics are made anew where they are missing
   * @param contact hears what there is to say
   * @param ended whether to look no more
   */
  Telling(Queue queue, Contact contact, BooleanSupplier ended) {
    this.contact = contact;
    this.look =
        Mono.<Void>fromRunnable(() -> queue.reopen(ended))
            .subscribeOn(Schedulers.boundedElastic())
            .doOnError(
                KafkaException.class,
                e -> contact.say("what is missing can't be made anew: " + e.getMessage()))
            .onErrorComplete()
            .cache(Duration.ofSeconds(1));
  }

  /**
   * Returns the end of a record's sending, which fails as that does.
   *
   * @param topic where to
   * @param sending writes it
   */
  Mono<Void> once(String topic, Mono<Void> sending) {
    return Mono.defer(
        () -> {
          Mono<Void> sent = sending.cache();
          AtomicInteger looks = new AtomicInteger();
          return sent.timeout(SOON)
              .onErrorResume(
                  TimeoutException.class,
                  late -> look(topic, looks.incrementAndGet()).then(Mono.error(late)))
              .retryWhen(Retry.indefinitely().filter(TimeoutException.class::isInstance))
              .doOnSuccess(unused -> contact.found())
              .doOnError(contact::failed);
        });
  }

  private Mono<Void> look(String topic, int looks) {
    if (looks == LOOKS) {
      contact.say(
          "%s has not taken a record for %d s, which is waited for"
              .formatted(topic, SOON.multipliedBy(LOOKS).toSeconds()));
    }
    return look;
  }

  /**
   * Returns the end of a record's sending, which is tried until it succeeds, or the sender is
   * closed.
   *
   * @param topic where to
   * @param sending writes it
   */
  Mono<Void> surely(String topic, Mono<Void> sending) {
    AtomicBoolean failing = new AtomicBoolean();
    return once(topic, sending)
        .retryWhen(
            UNTOLD.doBeforeRetry(
                failed -> {
                  failing.set(true);
                  contact.say(
                      "%s can't be written to, which is tried again: %s"
                          .formatted(topic, failed.failure().getMessage()));
                }))
        .doOnSuccess(
            unused -> {
              if (failing.get()) {
                contact.mended();
              }
            });
  }
}
