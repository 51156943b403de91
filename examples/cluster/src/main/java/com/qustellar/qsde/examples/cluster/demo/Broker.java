package com.qustellar.qsde.examples.cluster.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * One broker of Kafka in this process, on loopback, which is its own controller. It keeps its ports
 * and what it has stored over a restart.
 */
public final class Broker implements AutoCloseable {

  private final Map<String, String> settings = new HashMap<>();
  private final int port;
  private @Nullable KafkaRaftServer server;

  /**
   * Starts a broker.
   *
   * @param directory where it keeps everything; empty
   * @param more settings, which go before those that are made here
   * @throws IOException if there is no free port, or nothing can be written
   */
  public Broker(Path directory, Map<String, String> more) throws IOException {
    int controller;
    try (ServerSocket first = free();
        ServerSocket second = free()) {
      port = first.getLocalPort();
      controller = second.getLocalPort();
    }
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put(
        "listeners", "BROKER://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller);
    settings.put("listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("inter.broker.listener.name", "BROKER");
    settings.put("log.dirs", directory.toString());
    for (String topic :
        new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
      settings.put(topic + ".replication.factor", "1");
      settings.put(topic + ".num.partitions", "1");
    }
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("group.share.assignment.interval.ms", "100");
    settings.put("log.cleaner.enable", "false");
    settings.putAll(more);
    format(directory);
    start();
  }

  private static ServerSocket free() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static void format(Path directory) throws IOException {
    try {
      new Formatter()
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(1)
          .setDirectories(java.util.List.of(directory.toString()))
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(directory.toString())
          .setIgnoreFormatted(true)
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .run();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("the broker's directory can't be made: " + e.getMessage(), e);
    }
  }

  private void start() {
    Properties properties = new Properties();
    properties.putAll(settings);
    KafkaRaftServer started =
        new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
    started.startup();
    server = started;
  }

  /** {@return where clients find it} */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** Stops it and starts it again: every lock on a record is gone. Blocks. */
  public void restart() {
    close();
    start();
  }

  /** Stops it. Blocks. */
  @Override
  public void close() {
    KafkaRaftServer running = server;
    if (running != null) {
      server = null;
      running.shutdown();
      running.awaitShutdown();
    }
  }
}
