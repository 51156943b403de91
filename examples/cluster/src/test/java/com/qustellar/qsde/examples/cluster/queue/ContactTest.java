package com.qustellar.qsde.examples.cluster.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class ContactTest {

  private static final String LOST = "no broker answers at here: still trying";

  private final List<String> lines = new ArrayList<>();
  private final Contact contact = new Contact("here", lines::add);

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
