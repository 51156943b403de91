package com.qustellar.qsde.examples.webflux.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.AddressPolicy;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.testing.ScriptedDns;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.client.ReactorResourceFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A test of the service as it runs, on a real port; one runs for all tests of a JVM. */
@Timeout(60)
abstract class TestService {

  static final Duration PATIENCE = Duration.ofSeconds(20);

  static final JsonMapper JSON = new JsonMapper();
  static final String[] AS_JSON = {"Content-Type", "application/json"};

  /** Whom the service asks for names; each test's own are of no harm to the others'. */
  static final ScriptedDns DNS = ScriptedDns.start();

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static final ConfigurableApplicationContext CONTEXT = start(temporary());

  final int port = port(CONTEXT);
  final DownloadEngine engine = CONTEXT.getBean(DownloadEngine.class);
  final ScriptedOrigin origin = ScriptedOrigin.start();

  static ConfigurableApplicationContext start(Path directory, String... more) {
    List<String> args = arguments(directory, more);
    SpringApplication application = ServiceApplication.application();
    // Several services in one JVM: the end of one must not take the others' event loops along.
    application.addInitializers(
        context ->
            ((GenericApplicationContext) context)
                .registerBean(ReactorResourceFactory.class, TestService::ownEventLoops));
    return application.run(args.toArray(String[]::new));
  }

  private static ReactorResourceFactory ownEventLoops() {
    ReactorResourceFactory factory = new ReactorResourceFactory();
    factory.setUseGlobalResources(false);
    return factory;
  }

  static List<String> arguments(Path directory, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--server.port=0",
                "--service.directory=" + directory,
                "--qsde.name-servers=127.0.0.1:" + DNS.address().getPort(),
                "--service.max-downloads=60",
                "--service.max-bytes=1GB",
                "--service.first-answer=5s",
                "--service.heartbeat=600ms",
                "--service.progress-interval=50ms"));
    for (String arg : more) { // a property that is given twice would have two values
      args.removeIf(other -> other.startsWith(arg.substring(0, arg.indexOf('=') + 1)));
      args.add(arg);
    }
    return args;
  }

  static int port(ConfigurableApplicationContext context) {
    return ((ReactiveWebServerApplicationContext) context).getWebServer().getPort();
  }

  private static Path temporary() {
    try {
      Path directory = Files.createTempDirectory("qsde-service");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(directory)));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void remove(Path directory) {
    CONTEXT.close();
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted((one, other) -> other.compareTo(one)).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeEach
  void allowLoopback() {
    engine.updateNetwork(now -> now.withAddressPolicy(AddressPolicy.any()));
  }

  @AfterEach
  void clear() {
    for (int round = 0; round < 2; round++) { // cancelled first, then taken off the list
      all().forEach(view -> delete(view.id()));
    }
    assertThat(all()).isEmpty();
    assertThat(CONTEXT.getBean(ServiceProperties.class).files().toFile().list()).isNullOrEmpty();
    engine.limits(Limits.defaults());
    await(() -> engine.downloads().isEmpty());
    origin.close();
  }

  static <T> T bean(Class<T> type) {
    return CONTEXT.getBean(type);
  }

  static <T> T bean(String name, Class<T> type) {
    return CONTEXT.getBean(name, type);
  }

  // ---- what tests do again and again

  /** What the service has answered. */
  record Answer(HttpResponse<byte[]> response) {

    int status() {
      return response.statusCode();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse(null);
    }

    byte[] bytes() {
      return response.body();
    }

    String text() {
      return new String(bytes(), UTF_8);
    }

    JsonNode json() {
      return JSON.readTree(bytes());
    }

    /** Checks that it is a problem of this kind. */
    void isProblem(int expected, String kind) {
      assertThat(status()).as(text()).isEqualTo(expected);
      assertThat(header("Content-Type")).isEqualTo("application/problem+json");
      assertThat(json().path("type").asString()).isEqualTo(Problems.TYPE + kind);
      assertThat(json().path("status").asInt()).isEqualTo(expected);
      assertThat(json().path("title").asString()).isNotEmpty();
      assertThat(json().path("detail").asString()).isNotEmpty();
    }

    Answer isStatus(int expected) {
      assertThat(status()).as(text()).isEqualTo(expected);
      return this;
    }
  }

  static Answer send(int port, String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(PATIENCE)
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return new Answer(CLIENT.send(request.build(), BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  Answer get(String path, String... headers) {
    return send(port, "GET", path, null, headers);
  }

  Answer post(Map<String, ?> wanted) {
    return send(port, "POST", "/downloads", JSON.writeValueAsString(wanted), AS_JSON);
  }

  Answer put(String path, Map<String, ?> settings) {
    return put(port, path, settings);
  }

  static Answer put(int port, String path, Map<String, ?> settings) {
    return send(port, "PUT", path, JSON.writeValueAsString(settings), AS_JSON);
  }

  /** Pauses, resumes or retries. */
  Answer act(String id, String what) {
    return act(port, id, what);
  }

  static Answer act(int port, String id, String what) {
    return send(port, "POST", "/downloads/" + id + "/" + what, null, "X-Requested-With", "test");
  }

  Answer delete(String id) {
    return send(port, "DELETE", "/downloads/" + id, null);
  }

  /** Adds a download and returns its id. */
  String add(Map<String, ?> wanted) {
    return add(port, wanted);
  }

  static String add(int port, Map<String, ?> wanted) {
    return send(port, "POST", "/downloads", JSON.writeValueAsString(wanted), AS_JSON)
        .isStatus(202)
        .header("Location")
        .replaceFirst("^/downloads/", "");
  }

  String add(URI url) {
    return add(Map.of("url", url.toString()));
  }

  DownloadView view(String id) {
    return view(port, id);
  }

  static DownloadView view(int port, String id) {
    Answer answer = send(port, "GET", "/downloads/" + id, null).isStatus(200);
    return JSON.readValue(answer.bytes(), DownloadView.class);
  }

  List<DownloadView> all() {
    return JSON.readValue(get("/downloads?size=200").bytes(), DownloadsController.Page.class)
        .items();
  }

  DownloadView awaitState(String id, DownloadState state) {
    await(() -> view(id).state() == state);
    return view(id);
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
      LockSupport.parkNanos(10_000_000);
    }
  }
}
