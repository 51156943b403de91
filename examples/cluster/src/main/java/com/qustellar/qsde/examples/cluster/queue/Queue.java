package com.qustellar.qsde.examples.cluster.queue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics of a queue and its group, made where they are missing. */
public final class Queue {

  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /**
   * With more members than partitions each member is given one of them, and is idle when that is
   * empty; of a single one each takes what comes next.
   */
  private static final int PARTITIONS = 1;

  private final Map<String, Object> clients;
  private final Topics topics;
  private final Contact contact;

  /**
   * Names a queue.
   *
   * @param clients what every client of Kafka is made with
   * @param topics its topics
   * @param contact hears whether a broker answers
   */
  public Queue(Map<String, Object> clients, Topics topics, Contact contact) {
    this.clients = clients;
    this.topics = topics;
    this.contact = contact;
  }

  /**
   * Makes the topics that are missing. Where no broker answers it says so once, and goes on trying.
   * Blocks.
   *
   * @param ended whether to try no more
   * @return whether all are there
   * @throws KafkaException if a broker answers that it may not, or can't; or the settings of the
   *     clients can't be used
   */
  public boolean open(BooleanSupplier ended) {
    return open(topic -> {}, ended);
  }

  /**
   * Makes the topics that have gone meanwhile as {@link #open} does, and says so. Blocks.
   *
   * @param ended whether to try no more
   * @return whether all are there
   * @throws KafkaException if a broker answers that it may not, or can't
   */
  public boolean reopen(BooleanSupplier ended) {
    return open(
        topic -> {
          contact.mended();
          contact.say(topic + " was gone, and has been made anew");
        },
        ended);
  }

  private boolean open(Consumer<String> made, BooleanSupplier ended) {
    return ask(
            admin -> {
              make(admin, made);
              return 0;
            },
            ended)
        .isPresent();
  }

  /**
   * Makes the topics that are missing, and a group that loses nothing. Where no broker answers it
   * says so once, and goes on trying. Blocks.
   *
   * @param ended whether to try no more
   * @return how often the group delivers a request, which it drops after that; empty if ended
   * @throws KafkaException if a broker answers that it may not, or can't; or the settings of the
   *     clients can't be used
   */
  public OptionalInt join(BooleanSupplier ended) {
    return ask(
        admin -> {
          make(admin, topic -> {});
          return new ShareGroup(admin, topics.group(), contact).configure();
        },
        ended);
  }

  private OptionalInt ask(ToIntFunction<Admin> question, BooleanSupplier ended) {
    while (!ended.getAsBoolean()) {
      try (Admin admin = Admin.create(settings())) {
        int answer = question.applyAsInt(admin);
        contact.found();
        return OptionalInt.of(answer);
      } catch (KafkaException e) {
        if (Contact.isRefusal(e)) {
          contact.failed(e);
          throw e;
        }
        contact.lost();
        pause();
      }
    }
    return OptionalInt.empty();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new HashMap<>(clients);
    settings.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ANSWER.toMillis());
    settings.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) ANSWER.toMillis());
    return settings;
  }

  private void make(Admin admin, Consumer<String> made) {
    List<NewTopic> missing =
        Stream.of(topics.jobs(), topics.results(), topics.dead())
            .map(topic -> new NewTopic(topic, Optional.of(PARTITIONS), Optional.empty()))
            .toList();
    NewTopic workers =
        new NewTopic(topics.workers(), Optional.of(1), Optional.empty())
            .configs(
                // The last word of each, and of those that have gone none after a day.
                Map.of(
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE,
                    TopicConfig.RETENTION_MS_CONFIG,
                    String.valueOf(Duration.ofDays(1).toMillis()),
                    // Neither looks at the newest segment, which would last a week.
                    TopicConfig.SEGMENT_MS_CONFIG,
                    String.valueOf(Duration.ofMinutes(10).toMillis())));
    Stream.concat(missing.stream(), Stream.of(workers))
        .map(topic -> Map.entry(topic.name(), admin.createTopics(Set.of(topic)).all()))
        .toList()
        .forEach(
            topic -> {
              if (isMade(admin, topic.getKey(), topic.getValue())) {
                made.accept(topic.getKey());
              }
            });
  }

  /** Returns whether a topic has been made, which was not there. */
  private static boolean isMade(Admin admin, String topic, KafkaFuture<Void> made) {
    try {
      Answers.await(made);
      return true;
    } catch (TopicExistsException e) {
      // As it mostly does: somebody has made it, as large as it should be.
      return false;
    } catch (AuthorizationException e) {
      // Who may not make a topic may use one all the same.
      try {
        Answers.await(admin.describeTopics(Set.of(topic)).allTopicNames());
        return false;
      } catch (UnknownTopicOrPartitionException | AuthorizationException missing) {
        throw new TopicAuthorizationException(
            "the topic %s is not there for this user, who may not make it: %s"
                .formatted(topic, e.getMessage()));
      }
    }
  }
}
