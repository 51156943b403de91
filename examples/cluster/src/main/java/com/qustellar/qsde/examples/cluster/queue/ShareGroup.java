package com.qustellar.qsde.examples.cluster.queue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * What a share group is configured with, as far as requests could be lost by it. What somebody has
 * set for the group stays.
 */
final class ShareGroup {

  private static final String OFFSET_RESET = "share.auto.offset.reset";
  private static final String EARLIEST = "earliest";
  private static final String DELIVERIES = "share.delivery.count.limit";
  private static final String BROKER_DELIVERIES = "group.share.delivery.count.limit";

  private static final String BROKER_MOST = "group.share.max.delivery.count.limit";

  /** The most that a broker allows unless it is told otherwise. */
  private static final int MOST_DELIVERIES = 10;

  /** The least that a broker can be told to allow. */
  private static final int LEAST_DELIVERIES = 2;

  /** The least that a broker can be told to allow groups to set. */
  private static final int LEAST_MOST = 5;

  private final Admin admin;
  private final String name;
  private final ConfigResource group;
  private final Contact contact;

  /**
   * Names a group.
   *
   * @param admin asks the brokers
   * @param name of the group
   * @param contact hears what others have to set
   */
  ShareGroup(Admin admin, String name, Contact contact) {
    this.admin = admin;
    this.name = name;
    this.group = new ConfigResource(ConfigResource.Type.GROUP, name);
    this.contact = contact;
  }

  /**
   * Makes the group begin with the requests that are there, and deliver each as often as it may.
   * Blocks.
   *
   * @return how often it delivers a request, which it drops after that
   * @throws GroupAuthorizationException if the group would begin with those that come, and this
   *     user may not change that: what was submitted before would never be delivered
   * @throws KafkaException as Kafka has failed
   */
  int configure() {
    Map<String, ConfigEntry> settings;
    try {
      settings = described(group);
    } catch (AuthorizationException e) {
      contact.say(
          "the settings of the group %s can't be read: %s=%s has to stand there, or what was"
                  .formatted(name, OFFSET_RESET, EARLIEST)
              + " submitted before its first worker came is never delivered; and a request is"
              + " delivered %d times at most, as they may allow no more"
                  .formatted(LEAST_DELIVERIES));
      return LEAST_DELIVERIES;
    }
    beginWithTheFirst(settings.get(OFFSET_RESET));
    return deliveries(settings.get(DELIVERIES));
  }

  private void beginWithTheFirst(@Nullable ConfigEntry reset) {
    if (reset != null && (isOfGroup(reset) || EARLIEST.equals(reset.value()))) {
      return;
    }
    try {
      set(OFFSET_RESET, EARLIEST);
    } catch (AuthorizationException e) {
      throw new GroupAuthorizationException(
          "the group %s has no %s, and this user may not set it: without %s, what was submitted"
                  .formatted(name, OFFSET_RESET, EARLIEST)
              + " before its first worker came is never delivered");
    }
  }

  /** More often than a request has attempts, so that the last worker can give it up in words. */
  private int deliveries(@Nullable ConfigEntry limit) {
    if (limit == null) {
      // Brokers of before 4.3 have one limit for all groups.
      return ofBrokers(BROKER_DELIVERIES, LEAST_DELIVERIES);
    }
    int now = Integer.parseInt(limit.value());
    if (isOfGroup(limit)) {
      // What it was set to may be more than the brokers have come to allow.
      return now <= LEAST_MOST ? now : Math.min(now, ofBrokers(BROKER_MOST, LEAST_MOST));
    }
    try {
      set(DELIVERIES, String.valueOf(MOST_DELIVERIES));
      // The controllers allow it; a broker that allows less does not say so.
      return Math.min(MOST_DELIVERIES, ofBrokers(BROKER_MOST, LEAST_MOST));
    } catch (AuthorizationException e) {
      contact.say(
          "the group %s delivers a request %d times at most: %s=%d is to be set by who may"
              .formatted(name, now, DELIVERIES, MOST_DELIVERIES));
      return now;
    } catch (InvalidConfigurationException e) {
      return now; // as the brokers allow fewer
    }
  }

  /** Returns the least that a setting has at a broker, of which each has its own. */
  private int ofBrokers(String setting, int unknown) {
    return Answers.await(admin.describeCluster().nodes()).stream()
        .mapToInt(broker -> ofBroker(broker.idString(), setting, unknown))
        .min()
        .orElse(unknown);
  }

  private int ofBroker(String broker, String setting, int unknown) {
    try {
      ConfigEntry value =
          described(new ConfigResource(ConfigResource.Type.BROKER, broker)).get(setting);
      return value == null ? unknown : Integer.parseInt(value.value());
    } catch (AuthorizationException | RetriableException e) {
      contact.say(
          "%s of the brokers can't be read: a request is delivered %d times at most, as they may"
                  .formatted(setting, unknown)
              + " allow no more (%s)".formatted(e.getMessage()));
      return unknown;
    }
  }

  private static boolean isOfGroup(ConfigEntry setting) {
    return setting.source() == ConfigEntry.ConfigSource.DYNAMIC_GROUP_CONFIG;
  }

  private Map<String, ConfigEntry> described(ConfigResource resource) {
    return Answers.await(admin.describeConfigs(Set.of(resource)).all()).values().stream()
        .flatMap(config -> config.entries().stream())
        .collect(Collectors.toMap(ConfigEntry::name, entry -> entry));
  }

  private void set(String setting, String value) {
    AlterConfigOp change =
        new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
    Answers.await(admin.incrementalAlterConfigs(Map.of(group, List.of(change))).all());
  }
}
