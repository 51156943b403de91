package com.qustellar.qsde.examples.webflux.service;

import io.r2dbc.spi.Parameter;
import io.r2dbc.spi.Parameters;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import org.springframework.stereotype.Component;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Writes to the database. Writes take effect in the order in which they were subscribed to, one
 * after the other; each is durable when it completes, on a thread that may block.
 */
@Component
final class DatabaseWriter {

  private static final Logger LOG = LoggerFactory.getLogger(DatabaseWriter.class);

  private final DatabaseClient database;

  /** H2 has no thread of its own: what it does, it does on the one that asks, disk and all. */
  private final Scheduler.Worker worker = Schedulers.boundedElastic().createWorker();

  DatabaseWriter(DatabaseClient database) {
    this.database = database;
  }

  /** Executes a statement with these values, when subscribed to. */
  Mono<Void> execute(String sql, Map<String, Parameter> values) {
    GenericExecuteSpec statement = database.sql(sql);
    for (Map.Entry<String, Parameter> value : values.entrySet()) {
      statement = statement.bind(value.getKey(), value.getValue());
    }
    Mono<Long> rows = statement.fetch().rowsUpdated();
    return Mono.create(done -> worker.schedule(() -> run(rows, done)));
  }

  /** It waits for the end, which an error that Reactor throws on can't keep from it. */
  private static void run(Mono<Long> statement, MonoSink<Void> done) {
    try {
      statement.block();
    } catch (Throwable e) {
      done.error(told(Exceptions.unwrap(e)));
      return;
    }
    done.success();
  }

  /** That a disk is full, or a server of databases away, is no mistake of this service. */
  private static Throwable told(Throwable failure) {
    Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
    if (!(cause instanceof IOException)) {
      return failure;
    }
    LOG.error("the list can't be written: {}", cause.getMessage());
    return ServiceProblem.notSaved(cause);
  }

  static Parameter nullable(@Nullable Object value, Class<?> type) {
    return value == null ? Parameters.in(type) : Parameters.in(value);
  }
}
