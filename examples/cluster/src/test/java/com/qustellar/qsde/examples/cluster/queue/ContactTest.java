package com.qustellar.qsde.examples.cluster.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class ContactTest {

  private static final String LOST = "no broker answers at here: still trying";

  private final List<String> lines = new ArrayList<>();
  private final Contact contact = new Contact("here", lines::add);

  @Test
  void saysOnceWhatTakesTurns() {
    for (int i = 0; i < 3; i++) {
      contact.say("one");
      contact.say("other");
    }

    assertThat(lines).containsExactly("one", "other");
  }

  @Test
  void saysAnewWhatGoesWrongAfterBrokersAnswerAgain() {
    contact.say("one");
    contact.found();
    contact.say("one");
    contact.lost();
    contact.found();
    contact.say("one");

    assertThat(lines).containsExactly("one", LOST, "here answers", "one");
  }

  @Test
  void remembersOnlySoManyLines() {
    IntStream.range(0, 1000).forEach(i -> contact.say("line " + i));
    contact.say("line 0");

    assertThat(lines).hasSize(1001);
  }

  @Test
  void onlyWhatABrokerRefusesIsAnAnswer() {
    contact.lost();
    contact.failed(new KafkaException("Producer is closed forcefully."));
    contact.failed(new TimeoutException());
    assertThat(lines).containsExactly(LOST);

    contact.failed(new TopicAuthorizationException("no"));
    assertThat(lines).containsExactly(LOST, "here answers");
  }
}
