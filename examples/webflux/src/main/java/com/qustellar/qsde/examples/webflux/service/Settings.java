package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.reactor.DownloadEngine;
import io.r2dbc.spi.Parameter;
import io.r2dbc.spi.Parameters;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * The engine's settings, changed while it runs. What was set is in the database and goes before the
 * configuration at the next start, until it is taken back.
 */
@Component
final class Settings implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(Settings.class);

  private static final String LIMITS = "limits";
  private static final String NETWORK = "network";

  private final DownloadEngine engine;
  private final DatabaseClient database;
  private final DatabaseWriter writer;
  private final JsonMapper json;
  private final Limits configuredLimits;
  private final NetworkSettings configuredNetwork;
  private volatile boolean running;

  Settings(DownloadEngine engine, DatabaseClient database, DatabaseWriter writer, JsonMapper json) {
    this.engine = engine;
    this.database = database;
    this.writer = writer;
    this.json = json;
    this.configuredLimits = engine.limits();
    this.configuredNetwork = engine.network();
  }

  LimitsView limits() {
    return LimitsView.of(engine.limits());
  }

  /** Sets the limits that are shown; the others stay. */
  Mono<LimitsView> limits(LimitsView wanted) {
    UnaryOperator<Limits> update = valid(wanted::applyTo);
    return Uncancelled.of(
        () ->
            Mono.fromSupplier(() -> update.apply(engine.limits())) // what is refused is not saved
                .then(save(LIMITS, wanted))
                .then(Mono.fromRunnable(() -> engine.updateLimits(update)))
                .then(Mono.fromSupplier(this::limits)));
  }

  /** Goes back to the limits of the configuration. */
  Mono<LimitsView> configuredLimits() {
    return Uncancelled.of(
        () ->
            save(LIMITS, null)
                .then(Mono.fromRunnable(() -> engine.limits(configuredLimits)))
                .then(Mono.fromSupplier(this::limits)));
  }

  NetworkView network() {
    return NetworkView.of(engine.network());
  }

  /** Sets the network settings that are shown; the others stay. */
  Mono<NetworkView> network(NetworkView wanted) {
    UnaryOperator<NetworkSettings> update = valid(wanted::applyTo);
    return Uncancelled.of(
        () ->
            Mono.fromSupplier(() -> update.apply(engine.network())) // what is refused is not saved
                .then(save(NETWORK, wanted))
                .then(Mono.fromRunnable(() -> engine.updateNetwork(update)))
                .then(Mono.fromSupplier(this::network)));
  }

  /** Goes back to the network settings of the configuration. */
  Mono<NetworkView> configuredNetwork() {
    return Uncancelled.of(
        () ->
            save(NETWORK, null)
                .then(Mono.fromRunnable(() -> engine.network(configuredNetwork)))
                .then(Mono.fromSupplier(this::network)));
  }

  /** The library's own rules decide, in its own words. */
  private static <T> UnaryOperator<T> valid(UnaryOperator<T> update) {
    return now -> {
      try {
        return update.apply(now);
      } catch (IllegalArgumentException e) {
        throw ServiceProblem.invalid(String.valueOf(e.getMessage()));
      }
    };
  }

  // ---- the database

  private Mono<Void> save(String name, @Nullable Object view) {
    String document = view == null ? null : json.writeValueAsString(view);
    Map<String, Parameter> values =
        Map.of(
            "name", Parameters.in(name),
            "document", DatabaseWriter.nullable(document, String.class));
    return writer.execute("update setting set document = :document where name = :name", values);
  }

  /** Applies what is in the database. Blocks. */
  @Override
  public void start() {
    apply(LIMITS, LimitsView.class, view -> engine.updateLimits(valid(view::applyTo)));
    apply(NETWORK, NetworkView.class, view -> engine.updateNetwork(valid(view::applyTo)));
    running = true;
  }

  private <T> void apply(String name, Class<T> type, Consumer<T> setting) {
    String document =
        database
            .sql("select document from setting where name = :name and document is not null")
            .bind("name", name)
            .mapValue(String.class)
            .one()
            .block();
    if (document == null) {
      return;
    }
    try {
      setting.accept(json.readValue(document, type));
    } catch (RuntimeException refused) {
      LOG.warn("the {} that were set before are of no use: {}", name, refused.getMessage());
    }
  }

  @Override
  public void stop() {
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Before the downloads are taken up. */
  @Override
  public int getPhase() {
    return DownloadRestorer.PHASE - 1;
  }
}
