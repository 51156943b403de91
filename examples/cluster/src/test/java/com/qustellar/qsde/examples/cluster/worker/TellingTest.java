package com.qustellar.qsde.examples.cluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.examples.cluster.queue.Contact;
import com.qustellar.qsde.examples.cluster.queue.Queue;
import com.qustellar.qsde.examples.cluster.queue.Sender;
import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** What is noticed of a record that nobody takes, in virtual time. */
@Timeout(60)
class TellingTest {

  private static final String NO_BROKER = "no broker answers at here: still trying";

  private final TestQueue queue = new TestQueue();
  private final List<String> lines = new ArrayList<>();
  private final Contact contact = new Contact("here", lines::add);
  private final Sinks.Empty<Void> sent = Sinks.empty();

  @AfterEach
  void close() {
    queue.close();
  }

  private StepVerifier.FirstStep<Void> wait(Map<String, Object> clients, BooleanSupplier ended) {
    return StepVerifier.withVirtualTime(
        () ->
            new Telling(new Queue(clients, queue.topics(), contact), contact, ended)
                .once("topic", sent.asMono()));
  }

  @Test
  void saysOnceThatATopicTakesNothing() {
    wait(queue.clients(), () -> false)
        .expectSubscription()
        .expectNoEvent(Duration.ofMillis(8_999))
        .then(() -> assertThat(lines).isEmpty())
        .expectNoEvent(Duration.ofMinutes(1))
        .then(
            () ->
                assertThat(lines)
                    .containsExactly("topic has not taken a record for 9 s, which is waited for"))
        .then(sent::tryEmitEmpty)
        .verifyComplete();
  }

  @Test
  void givesUpWhereTheSenderIsClosed() {
    Sender closed = new Sender(queue.clients());
    closed.close();
    Telling telling =
        new Telling(new Queue(queue.clients(), queue.topics(), contact), contact, () -> false);
    StepVerifier.create(telling.surely("topic", closed.send("topic", null, new byte[1], Map.of())))
        .expectError()
        .verify(Duration.ofSeconds(20));
    assertThat(lines).isEmpty();
  }

  @Test
  void saysAnewWhatFailsAfterARecordWasTakenThatHadFailed() {
    StepVerifier.withVirtualTime(
            () -> {
              Telling telling =
                  new Telling(
                      new Queue(queue.clients(), queue.topics(), contact), contact, () -> false);
              AtomicInteger sends = new AtomicInteger();
              Mono<Void> failingTwice =
                  Mono.defer(
                      () ->
                          sends.incrementAndGet() % 3 == 0
                              ? Mono.empty()
                              : Mono.error(new KafkaException("no")));
              return telling
                  .surely("topic", failingTwice)
                  .then(telling.surely("topic", failingTwice));
            })
        .thenAwait(Duration.ofMinutes(2))
        .verifyComplete();
    String line = "topic can't be written to, which is tried again: no";
    assertThat(lines).containsExactly(line, line);
  }

  @Test
  void noticesEachTimeThatNoBrokerAnswers() {
    Map<String, Object> nowhere =
        Map.of(
            CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1",
            CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 300,
            CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 300);
    wait(nowhere, contact::isLost)
        .expectSubscription()
        .expectNoEvent(Duration.ofSeconds(3))
        .then(() -> assertThat(lines).containsExactly(NO_BROKER))
        .then(contact::found)
        .expectNoEvent(Duration.ofSeconds(3))
        .then(() -> assertThat(lines).containsExactly(NO_BROKER, "here answers", NO_BROKER))
        .then(sent::tryEmitEmpty)
        .verifyComplete();
    assertThat(contact.isLost()).isFalse(); // as a record that is taken is an answer
  }
}
