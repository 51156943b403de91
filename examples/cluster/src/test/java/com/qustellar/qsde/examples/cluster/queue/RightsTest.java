package com.qustellar.qsde.examples.cluster.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.examples.cluster.demo.Broker;
import com.qustellar.qsde.examples.cluster.testing.TestQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.clients.admin.ForwardingAdmin;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a worker may not do at the brokers loses no request without a word. */
class RightsTest {

  private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule";
  private static final String RESET = "share.auto.offset.reset";
  private static final String DELIVERIES = "share.delivery.count.limit";

  private static Path directory;
  private static Broker broker;

  private final Topics topics = new Topics("queue-" + System.nanoTime());
  private final List<String> lines = new ArrayList<>();

  @BeforeAll
  static void startBroker() throws Exception {
    Map<String, String> settings = new HashMap<>(TestQueue.settings());
    settings.put("group.share.delivery.count.limit", "4");
    settings.put("listener.security.protocol.map", "BROKER:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("sasl.enabled.mechanisms", "PLAIN");
    settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
    settings.put(
        "listener.name.broker.plain.sasl.jaas.config",
        LOGIN
            + " required username=\"admin\" password=\"secret\""
            + " user_admin=\"secret\" user_worker=\"secret\";");
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    settings.put("super.users", "User:admin;User:ANONYMOUS");
    directory = Files.createTempDirectory("qsde-broker");
    broker = new Broker(directory, settings);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
    TestQueue.delete(directory);
  }

  private static Map<String, Object> clients(String user) {
    return Map.of(
        CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
        broker.address(),
        CommonClientConfigs.SECURITY_PROTOCOL_CONFIG,
        "SASL_PLAINTEXT",
        SaslConfigs.SASL_MECHANISM,
        "PLAIN",
        SaslConfigs.SASL_JAAS_CONFIG,
        LOGIN + " required username=\"" + user + "\" password=\"secret\";");
  }

  private Queue queue(String user) {
    return new Queue(clients(user), topics, new Contact(broker.address(), lines::add));
  }

  private OptionalInt join(String user) {
    return queue(user).join(() -> false);
  }

  /** Makes the topics, and lets the worker do that with the group. */
  private void allow(AclOperation... operations) {
    queue("admin").open(() -> false);
    try (Admin admin = Admin.create(clients("admin"))) {
      List<AclBinding> all =
          Stream.concat(
                  Stream.of(operations)
                      .map(operation -> binding(ResourceType.GROUP, topics.group(), operation)),
                  Stream.of(topics.jobs(), topics.results(), topics.dead(), topics.workers())
                      .map(topic -> binding(ResourceType.TOPIC, topic, AclOperation.DESCRIBE)))
              .toList();
      Answers.await(admin.createAcls(all).all());
    }
  }

  private static AclBinding binding(ResourceType type, String name, AclOperation operation) {
    return new AclBinding(
        new ResourcePattern(type, name, PatternType.LITERAL),
        new AccessControlEntry("User:worker", "*", operation, AclPermissionType.ALLOW));
  }

  private void set(String setting, String value) {
    try (Admin admin = Admin.create(clients("admin"))) {
      Answers.await(
          admin
              .incrementalAlterConfigs(
                  Map.of(
                      new ConfigResource(ConfigResource.Type.GROUP, topics.group()),
                      List.of(
                          new AlterConfigOp(
                              new ConfigEntry(setting, value), AlterConfigOp.OpType.SET))))
              .all());
    }
  }

  private Set<String> set() {
    try (Admin admin = Admin.create(clients("admin"))) {
      ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, topics.group());
      return Answers.await(admin.describeConfigs(List.of(group)).all())
          .get(group)
          .entries()
          .stream()
          .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_GROUP_CONFIG)
          .map(entry -> entry.name() + "=" + entry.value())
          .collect(Collectors.toSet());
    }
  }

  @Test
  void whoMayDoAllSetsWhatIsMissing() {
    assertThat(join("admin")).hasValue(10);
    assertThat(set()).containsExactlyInAnyOrder(RESET + "=earliest", DELIVERIES + "=10");
    assertThat(lines).isEmpty();
  }

  @Test
  void whatSomebodyHasSetStays() {
    set(RESET, "latest");
    set(DELIVERIES, "3");

    assertThat(join("admin")).hasValue(3);
    assertThat(set()).containsExactlyInAnyOrder(RESET + "=latest", DELIVERIES + "=3");
  }

  @Test
  void aSubmitterSetsNothingForTheGroup() {
    assertThat(queue("admin").open(() -> false)).isTrue();
    assertThat(set()).isEmpty();
  }

  @Test
  void endsWhereTheGroupWouldLeaveOutWhatIsThere() {
    allow(AclOperation.READ, AclOperation.DESCRIBE_CONFIGS);

    assertThatThrownBy(() -> join("worker"))
        .isInstanceOf(GroupAuthorizationException.class)
        .hasMessage(
            "the group %s has no share.auto.offset.reset, and this user may not set it: without"
                    .formatted(topics.group())
                + " earliest, what was submitted before its first worker came is never delivered");
  }

  @Test
  void takesTheBrokersLimitWhereItMayNotSetTheGroups() {
    allow(AclOperation.READ, AclOperation.DESCRIBE_CONFIGS);
    set(RESET, "earliest");

    assertThat(join("worker")).hasValue(4);
    assertThat(lines)
        .containsExactly(
            "the group %s delivers a request 4 times at most: %s=10 is to be set by who may"
                .formatted(topics.group(), DELIVERIES));
  }

  @Test
  void takesTheBrokersLimitWhereGroupsHaveNone() {
    Contact contact = new Contact(broker.address(), lines::add);
    try (OtherAdmin admin = new OtherAdmin(clients("admin"), RightsTest::withoutLimit)) {
      assertThat(new ShareGroup(admin, topics.group(), contact).configure()).isEqualTo(4);
    }
    assertThat(set()).containsExactly(RESET + "=earliest");
    set(RESET, "earliest");
    allow(AclOperation.READ, AclOperation.DESCRIBE_CONFIGS);
    try (OtherAdmin admin = new OtherAdmin(clients("worker"), RightsTest::withoutLimit)) {
      assertThat(new ShareGroup(admin, topics.group(), contact).configure()).isEqualTo(2);
    }
    assertThat(lines)
        .singleElement()
        .asString()
        .startsWith(
            "group.share.delivery.count.limit of the brokers can't be read: a request is delivered"
                + " 2 times at most, as they may allow no more (");
  }

  @Test
  void takesNoMoreThanBrokersHaveComeToAllow() {
    set(DELIVERIES, "10");
    Contact contact = new Contact(broker.address(), lines::add);
    try (OtherAdmin admin = new OtherAdmin(clients("admin"), RightsTest::allowingSix)) {
      assertThat(new ShareGroup(admin, topics.group(), contact).configure()).isEqualTo(6);
    }
    set(RESET, "earliest");
    allow(AclOperation.READ, AclOperation.DESCRIBE_CONFIGS);

    assertThat(join("worker")).hasValue(5);
    assertThat(lines).singleElement().asString().contains("5 times at most");
  }

  @Test
  void takesNoMoreForSetThanBrokersAllow() {
    Contact contact = new Contact(broker.address(), lines::add);
    try (OtherAdmin admin = new OtherAdmin(clients("admin"), RightsTest::allowingSix)) {
      assertThat(new ShareGroup(admin, topics.group(), contact).configure()).isEqualTo(6);
    }
    assertThat(set()).contains(DELIVERIES + "=10");
  }

  @Test
  void joinsThoughOneOfTheBrokersDoesNotAnswer() {
    Contact contact = new Contact(broker.address(), lines::add);
    try (OtherAdmin admin = new OtherAdmin(clients("admin"), RightsTest::silent)) {
      assertThat(new ShareGroup(admin, topics.group(), contact).configure()).isEqualTo(5);
    }
    assertThat(lines).singleElement().asString().contains("5 times at most").endsWith("(silent)");
  }

  private static Stream<ConfigEntry> silent(ConfigEntry entry) {
    if (entry.name().equals("group.share.max.delivery.count.limit")) {
      throw new TimeoutException("silent");
    }
    return Stream.of(entry);
  }

  /** As a broker of before 4.3 says it. */
  private static Stream<ConfigEntry> withoutLimit(ConfigEntry entry) {
    return entry.name().equals(DELIVERIES) ? Stream.of() : Stream.of(entry);
  }

  /** As a broker says it that was started anew with a lower bound. */
  private static Stream<ConfigEntry> allowingSix(ConfigEntry entry) {
    boolean bound = entry.name().equals("group.share.max.delivery.count.limit");
    return Stream.of(bound ? new ConfigEntry(entry.name(), "6") : entry);
  }

  /** Hears something else than what the broker says. */
  private static final class OtherAdmin extends ForwardingAdmin {
    private final Function<ConfigEntry, Stream<ConfigEntry>> heard;

    OtherAdmin(Map<String, Object> clients, Function<ConfigEntry, Stream<ConfigEntry>> heard) {
      super(clients);
      this.heard = heard;
    }

    @Override
    public DescribeConfigsResult describeConfigs(
        Collection<ConfigResource> resources, DescribeConfigsOptions options) {
      Map<ConfigResource, KafkaFuture<Config>> other = new HashMap<>();
      super.describeConfigs(resources, options)
          .values()
          .forEach((resource, config) -> other.put(resource, config.thenApply(this::other)));
      return new DescribeConfigsResult(other) {};
    }

    private Config other(Config config) {
      return new Config(config.entries().stream().flatMap(heard).toList());
    }
  }

  @Test
  void takesTheLeastLimitWhereItMayNotRead() {
    allow(AclOperation.READ);

    assertThat(join("worker")).hasValue(2);
    assertThat(lines)
        .singleElement()
        .asString()
        .startsWith("the settings of the group " + topics.group() + " can't be read: ");
  }
}
