package com.qustellar.qsde.examples.webflux.service;

import io.r2dbc.spi.Parameter;
import io.r2dbc.spi.Parameters;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * Writes to the database. Writes take effect in the order in which they were subscribed to, one
 * after the other; each is durable when it completes, on a thread that may block.
 */
@Component
final class DatabaseWriter {

  private record Write(Mono<Long> statement, MonoSink<Void> done) {}

  private final DatabaseClient database;
  private final Sinks.Many<Write> writes = Sinks.many().unicast().onBackpressureBuffer();

  DatabaseWriter(DatabaseClient database) {
    this.database = database;
    // H2 has no thread of its own: what it does, it does on the one that asks, disk and all.
    writes
        .asFlux()
        .publishOn(Schedulers.boundedElastic())
        .concatMap(DatabaseWriter::run)
        .subscribe();
  }

  private static Mono<Void> run(Write write) {
    return write
        .statement()
        .doOnSuccess(rows -> write.done().success())
        .doOnError(write.done()::error)
        .onErrorComplete()
        .then();
  }

  /** Executes a statement with these values, when subscribed to. */
  Mono<Void> execute(String sql, Map<String, Parameter> values) {
    GenericExecuteSpec statement = database.sql(sql);
    for (Map.Entry<String, Parameter> value : values.entrySet()) {
      statement = statement.bind(value.getKey(), value.getValue());
    }
    Mono<Long> rows = statement.fetch().rowsUpdated();
    return Mono.create(
        done -> {
          // Emissions from several threads take turns.
          synchronized (writes) {
            writes.emitNext(new Write(rows, done), Sinks.EmitFailureHandler.FAIL_FAST);
          }
        });
  }

  static Parameter nullable(@Nullable Object value, Class<?> type) {
    return value == null ? Parameters.in(type) : Parameters.in(value);
  }
}
