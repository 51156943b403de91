package com.qustellar.qsde.examples.cluster.queue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes the topics of a queue, and its group's settings, where they are missing. */
public final class Queue {

  private static final Duration ANSWER = Duration.ofSeconds(5);

  /**
   * With more members than partitions each member is given one of them, and is idle when that is
   * empty; of a single one each takes what comes next.
   */
  private static final int PARTITIONS = 1;

  private static final String OFFSET_RESET = "share.auto.offset.reset";
  private static final String DELIVERIES = "share.delivery.count.limit";
  private static final String MOST_DELIVERIES = "10";

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
   * Makes what is missing. Where no broker answers it says so once, and goes on trying. Blocks.
   *
   * @param ended whether to try no more
   * @return whether all is there
   * @throws KafkaException if a broker answers that it may not, or can't
   */
  public boolean open(BooleanSupplier ended) {
    while (!ended.getAsBoolean()) {
      try (Admin admin = Admin.create(settings())) {
        make(admin);
        configure(admin);
        contact.found();
        return true;
      } catch (KafkaException e) {
        // One that has been asked and refuses is another matter than one that is not there.
        if (e instanceof ApiException && !(e instanceof RetriableException)) {
          throw e;
        }
        contact.lost();
      }
    }
    return false;
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new HashMap<>(clients);
    settings.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ANSWER.toMillis());
    settings.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) ANSWER.toMillis());
    return settings;
  }

  private void make(Admin admin) {
    List<NewTopic> missing =
        Stream.of(topics.jobs(), topics.results(), topics.dead())
            .map(topic -> new NewTopic(topic, Optional.of(PARTITIONS), Optional.empty()))
            .toList();
    NewTopic workers =
        new NewTopic(topics.workers(), Optional.of(1), Optional.empty())
            .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
    Stream.concat(missing.stream(), Stream.of(workers))
        .map(topic -> admin.createTopics(Set.of(topic)).all())
        .toList()
        .forEach(
            made -> {
              try {
                Answers.await(made);
              } catch (TopicExistsException e) {
                // As it mostly does: somebody has made it, as large as it should be.
                return;
              }
            });
  }

  /**
   * A group begins with the requests that are there; without it, with those that come. It delivers
   * a request more often than that has attempts, so that the last worker can give it up in words.
   * What somebody has set stays.
   */
  private void configure(Admin admin) {
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, topics.group());
    Set<String> set =
        Answers.await(admin.describeConfigs(Set.of(group)).values().values().iterator().next())
            .entries()
            .stream()
            .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_GROUP_CONFIG)
            .map(ConfigEntry::name)
            .collect(Collectors.toSet());
    if (!set.contains(OFFSET_RESET)) {
      set(admin, group, OFFSET_RESET, "earliest");
    }
    if (!set.contains(DELIVERIES)) {
      try {
        set(admin, group, DELIVERIES, MOST_DELIVERIES);
      } catch (InvalidConfigurationException | InvalidRequestException e) {
        // A broker of before 4.3 has one limit for all groups, others may allow fewer.
        return;
      }
    }
  }

  private static void set(Admin admin, ConfigResource group, String name, String value) {
    AlterConfigOp change =
        new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    Answers.await(admin.incrementalAlterConfigs(Map.of(group, List.of(change))).all());
  }
}
