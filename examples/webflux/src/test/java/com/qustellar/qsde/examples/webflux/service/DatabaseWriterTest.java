package com.qustellar.qsde.examples.webflux.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import io.r2dbc.spi.Parameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.springframework.http.HttpStatus;
import org.springframework.r2dbc.core.DatabaseClient;
import reactor.core.publisher.Mono;

/** Writes to a database in memory, which fails once where a test wants it to. */
@Timeout(60)
class DatabaseWriterTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final DatabaseClient database = DatabaseClient.create(new Failing(failure));
  private final DatabaseWriter writer = new DatabaseWriter(database);

  private record Failing(ConnectionFactory memory, AtomicReference<@Nullable Throwable> failure)
      implements ConnectionFactory {

    Failing(AtomicReference<@Nullable Throwable> failure) {
      this(ConnectionFactories.get("r2dbc:h2:mem:///writer?options=DB_CLOSE_DELAY=-1"), failure);
    }

    @Override
    public Publisher<? extends Connection> create() {
      return Mono.fromCallable(
              () -> {
                Throwable now = failure.getAndSet(null);
                if (now instanceof Error error) {
                  throw error;
                } else if (now instanceof Exception exception) {
                  throw exception;
                }
                return memory;
              })
          .flatMap(factory -> Mono.from(factory.create()));
    }

    @Override
    public ConnectionFactoryMetadata getMetadata() {
      return memory.getMetadata();
    }
  }

  @BeforeEach
  void makeATable() {
    for (String sql :
        List.of("drop table if exists line", "create table line (id identity, text varchar)")) {
      writer.execute(sql, Map.of()).block(PATIENCE);
    }
  }

  @Test
  void linesAreWrittenInTheOrderInWhichTheyWereAskedFor() {
    List<Mono<Void>> asked = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      texts.add("line " + i);
      Mono<Void> written = write("line " + i).cache();
      written.subscribe();
      asked.add(written);
    }
    Mono.when(asked).block(PATIENCE);

    assertThat(lines()).isEqualTo(texts);
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        OutOfMemoryError.class, // one of those that Reactor throws on
        AssertionError.class,
        IllegalStateException.class
      })
  void afterAFailureOfAnyKindTheNextLineIsWritten(Class<? extends Throwable> kind)
      throws Exception {
    Throwable cause = kind.getDeclaredConstructor().newInstance();
    failure.set(cause);

    assertThatThrownBy(() -> write("first").block(PATIENCE))
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).isSameAs(cause),
            thrown -> assertThat(thrown).hasRootCause(cause));

    write("second").block(PATIENCE);
    assertThat(lines()).containsExactly("second");
  }

  @Test
  void aDiskThatIsFullIsAProblemInWords() {
    failure.set(new UncheckedIOException(new IOException("No space left on device")));

    assertThatThrownBy(() -> write("first").block(PATIENCE))
        .isInstanceOfSatisfying(
            ServiceProblem.class,
            problem -> {
              assertThat(problem.getStatusCode()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
              assertThat(problem.getBody().getDetail()).endsWith("No space left on device");
            });
  }

  private Mono<Void> write(String text) {
    return writer.execute(
        "insert into line (text) values (:text)", Map.of("text", Parameters.in(text)));
  }

  private List<String> lines() {
    return database
        .sql("select text from line order by id")
        .mapValue(String.class)
        .all()
        .collectList()
        .block(PATIENCE);
  }
}
