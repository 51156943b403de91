package com.qustellar.qsde.examples.cluster.queue;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the queue is: the options that every command has. */
public final class KafkaOptions {

  @Option(
      names = "--brokers",
      paramLabel = "HOST:PORT[,…]",
      defaultValue = "127.0.0.1:9092",
      description = "Where to find Kafka (default: ${DEFAULT-VALUE}).")
  String brokers = "";

  @Option(
      names = "--queue",
      paramLabel = "NAME",
      defaultValue = "qsde",
      description =
          "The queue: its topics and its share group are named after it (default: ${DEFAULT-VALUE}).")
  String queue = "";

  @Option(
      names = "--kafka",
      paramLabel = "FILE",
      description = "Properties for Kafka's clients, such as security.protocol and sasl.*.")
  @Nullable Path file;

  /** {@return the topics of the queue} */
  public Topics topics() {
    return new Topics(queue);
  }

  /** {@return where Kafka is, for messages} */
  public String brokers() {
    return brokers;
  }

  /**
   * {@return what every client of Kafka is made with}
   *
   * @throws IOException if the file can't be read
   */
  public Map<String, Object> clients() throws IOException {
    Map<String, Object> settings = new HashMap<>();
    if (file != null) {
      Properties properties = new Properties();
      try (Reader reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      } catch (IOException | IllegalArgumentException e) {
        throw new IOException("--kafka can't read " + file + ": " + e, e);
      }
      properties.forEach((name, value) -> settings.put(String.valueOf(name), value));
    }
    settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, brokers);
    return settings;
  }
}
