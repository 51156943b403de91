package com.qustellar.qsde.reactor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.Source;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import reactor.core.publisher.Mono;

/** Downloads with secrets wherever one can be, and a search of all that is told and left. */
abstract class SecretsTestBase extends EngineTestBase {

  /** What every secret has in it. */
  static final String MARK = "hush";

  static final List<String> SECRETS =
      List.of(MARK, basic("user:" + MARK + "-word"), basic("user:" + MARK + "-proxy"));

  static final Body BODY = Body.random(1, 5 * SEGMENT);

  final ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final CountDownLatch never = new CountDownLatch(1);
  final List<AutoCloseable> servers = new ArrayList<>();
  private final Logger ours = Logger.getLogger("com.qustellar.qsde");
  private final Handler log =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          told.add(line.getLevel() + " " + line.getMessage());
          if (line.getThrown() != null) {
            told.add(trace(line.getThrown()));
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  Class<?> thrown;

  @BeforeEach
  void listen() {
    ours.setLevel(Level.ALL);
    ours.addHandler(log);
    ObservationRegistry observations = ObservationRegistry.create();
    observations
        .observationConfig()
        .observationHandler(
            new ObservationHandler<Observation.Context>() {
              @Override
              public void onStop(Observation.Context context) {
                told.add(context.toString());
              }

              @Override
              public boolean supportsContext(Observation.Context context) {
                return true;
              }
            });
    use(
        builder()
            .retryPolicy(QUICK.withMaxAttempts(2))
            .progressInterval(Duration.ofMillis(10))
            .metrics(MicrometerMetrics.of(meters, observations))
            .network(network()));
    origin.serve("/real", BODY);
    origin.on("/file").answer(Reply.redirect(302, "/real?token=" + MARK + "-location"));
    origin.on("/file").answer(reply -> reply.header("Set-Cookie", "id=" + MARK + "-cookie"));
  }

  @AfterEach
  void stopListening() throws Exception {
    engine.close();
    ours.removeHandler(log);
    ours.setLevel(null);
    for (AutoCloseable server : servers) {
      server.close();
    }
  }

  static NetworkSettings network() {
    return NetworkSettings.defaults().withHeaders(Map.of("X-Engine", MARK + "-engine"));
  }

  private static String basic(String pair) {
    return Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
  }

  private static String trace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  String uri(String path) {
    return uri("http", origin.port(), path);
  }

  static String uri(String scheme, int port, String path) {
    return uri(scheme, "127.0.0.1:" + port, path);
  }

  static String uri(String scheme, String host, String path) {
    return scheme + "://user:" + MARK + "-word@" + host + path + "?signature=" + MARK + "-query";
  }

  DownloadRequest secret(String uri) {
    return DownloadRequest.of(uri, target()).withHeader("X-Token", MARK + "-header");
  }

  DownloadRequest secret() {
    return secret(uri("/file"));
  }

  DownloadRequest sourced() {
    return secret(uri("/none"))
        .withSource(
            () ->
                CompletableFuture.completedFuture(
                    new Source(
                        origin.uri("/real?source=" + MARK + "-sourced"),
                        Map.of("X-Source", MARK + "-source"))));
  }

  <T> Mono<T> ended(Throwable failure) {
    thrown = failure.getClass();
    tell(failure);
    return Mono.empty();
  }

  void tell(Object... things) {
    for (Object thing : things) {
      told.add(thing instanceof Throwable thrown ? trace(thrown) : String.valueOf(thing));
      if (thing instanceof DownloadOutcome.Failed failed) {
        told.add(trace(failed.error()));
      }
    }
  }

  void assertNothingIsTold() throws IOException {
    meters.getMeters().forEach(meter -> told.add(meter.getId().toString()));
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        told.add(file.toString());
        told.add(new String(Files.readAllBytes(file), ISO_8859_1));
      }
    }
    assertThat(told).isNotEmpty();
    for (String text : told) {
      assertThat(text).doesNotContain(SECRETS);
    }
  }
}
