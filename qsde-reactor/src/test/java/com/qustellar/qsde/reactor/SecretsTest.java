package com.qustellar.qsde.reactor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.AddressPolicy;
import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.AddressRefused;
import com.qustellar.qsde.DownloadException.Cancelled;
import com.qustellar.qsde.DownloadException.ChecksumMismatch;
import com.qustellar.qsde.DownloadException.ConnectFailed;
import com.qustellar.qsde.DownloadException.ConnectionLost;
import com.qustellar.qsde.DownloadException.DiskFull;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadException.InvalidResponse;
import com.qustellar.qsde.DownloadException.NameNotResolved;
import com.qustellar.qsde.DownloadException.ProxyFailure;
import com.qustellar.qsde.DownloadException.RedirectRefused;
import com.qustellar.qsde.DownloadException.SourceChanged;
import com.qustellar.qsde.DownloadException.SourceUnavailable;
import com.qustellar.qsde.DownloadException.Timeout;
import com.qustellar.qsde.DownloadException.TlsFailure;
import com.qustellar.qsde.DownloadException.TooLarge;
import com.qustellar.qsde.DownloadException.TooManyRedirects;
import com.qustellar.qsde.DownloadException.Unexpected;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.ProxySettings;
import com.qustellar.qsde.Source;
import com.qustellar.qsde.TlsSettings;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Certificates;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import com.qustellar.qsde.reactor.testing.ScriptedProxy;
import com.qustellar.qsde.reactor.testing.ScriptedSocks;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Downloads with secrets wherever one can be, which end in every way; and then a search of all that
 * is told and left.
 */
@KeepsPartFiles
class SecretsTest extends EngineTestBase {

  /** What every secret has in it. */
  private static final String MARK = "hush";

  private static final List<String> SECRETS =
      List.of(MARK, basic("user:" + MARK + "-word"), basic("user:" + MARK + "-proxy"));

  private static final Body BODY = Body.random(1, 5 * SEGMENT);
  private static final Body OTHER = Body.random(2, 5 * SEGMENT);

  @TempDir Path outside;

  private final ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final CountDownLatch never = new CountDownLatch(1);
  private final List<AutoCloseable> servers = new ArrayList<>();
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

  private static NetworkSettings network() {
    return NetworkSettings.defaults()
        .withHeaders(Map.of("X-Engine", MARK + "-engine"))
        .withStallTimeout(Duration.ofMillis(200));
  }

  private static String basic(String pair) {
    return Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
  }

  private static String trace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  private String uri(String path) {
    return uri("http", origin.port(), path);
  }

  private static String uri(String scheme, int port, String path) {
    return uri(scheme, "127.0.0.1:" + port, path);
  }

  private static String uri(String scheme, String host, String path) {
    return scheme + "://user:" + MARK + "-word@" + host + path + "?signature=" + MARK + "-query";
  }

  private DownloadRequest secret(String uri) {
    return DownloadRequest.of(uri, target()).withHeader("X-Token", MARK + "-header");
  }

  private DownloadRequest secret() {
    return secret(uri("/file"));
  }

  private DownloadRequest sourced() {
    return secret(uri("/none"))
        .withSource(
            () ->
                CompletableFuture.completedFuture(
                    new Source(
                        origin.uri("/real?source=" + MARK + "-sourced"),
                        Map.of("X-Source", MARK + "-source"))));
  }

  /** Something that a download may meet, and how that ends it. */
  private interface Way {
    DownloadRequest prepare(SecretsTest test) throws Exception;
  }

  private static Arguments completes(String name, Way way) {
    return Arguments.of(name, null, way);
  }

  private static Arguments fails(Class<? extends DownloadException> kind, String name, Way way) {
    return Arguments.of(name, kind, way);
  }

  private static DownloadRequest answered(SecretsTest test, Reply reply) {
    test.origin.on("/real").answer(reply);
    return test.secret();
  }

  static Stream<Arguments> ways() {
    return Stream.of(
        completes("a redirect and a cookie", SecretsTest::secret),
        completes("a source", SecretsTest::sourced),
        completes(
            "a source that has expired",
            test -> {
              test.origin.on("/real").request(2).answer(Reply.status(403));
              return test.sourced().withConnections(1);
            }),
        completes(
            "a signature that has expired",
            test -> {
              test.origin.on("/real").request(2).answer(Reply.status(410));
              return test.secret().withConnections(1);
            }),
        completes(
            "a reset",
            test -> {
              test.origin.on("/real").request(1).resetAfter(100);
              return test.secret();
            }),
        completes(
            "an early end",
            test -> {
              test.origin.on("/real").request(2).answer(reply -> reply.closeAfter(100));
              return test.secret();
            }),
        completes(
            "a busy server",
            test -> {
              test.origin
                  .on("/real")
                  .request(1)
                  .answer(Reply.status(503).header("Retry-After", "0"));
              return test.secret();
            }),
        completes(
            "a stall",
            test -> {
              test.origin.on("/real").request(2).answer(r -> r.stallAfter(100, test.never));
              return test.secret();
            }),
        completes(
            "a proxy",
            test -> {
              test.engine.updateNetwork(
                  now -> now.withProxy(test.proxy("user:" + MARK + "-proxy")));
              return test.secret();
            }),
        completes(
            "a file that is current",
            test -> {
              test.origin.serve("/plain", BODY);
              DownloadRequest request = test.secret(test.uri("/plain")).withIfNewer(true);
              test.get(request);
              test.origin.on("/plain").answer(Reply.status(304).withoutHeader("Content-Length"));
              return request;
            }),
        completes(
            "a server that is not verified",
            test -> {
              test.serveTls();
              test.engine.updateNetwork(
                  now -> now.withTls(TlsSettings.defaults().withVerification(false)));
              return test.secret(uri("https", test.origin.port(), "/file"));
            }),
        fails(HttpStatus.class, "404", test -> answered(test, Reply.status(404))),
        fails(HttpStatus.class, "503", test -> answered(test, Reply.status(503))),
        fails(ConnectionLost.class, "silence", test -> answered(test, Reply.nothing())),
        fails(
            InvalidResponse.class, "no HTTP", test -> answered(test, Reply.raw("GARBAGE\r\n\r\n"))),
        fails(
            InvalidResponse.class,
            "another range",
            test -> {
              test.origin.on("/real").answer(reply -> reply.header("Content-Range", "bytes 5-6/7"));
              return test.secret();
            }),
        fails(
            Timeout.class,
            "no answer",
            test -> answered(test, Reply.status(200).delayedUntil(test.never))),
        fails(
            Timeout.class,
            "no time",
            test ->
                answered(test, Reply.status(200).delayedUntil(test.never))
                    .withTotalTimeout(Duration.ofMillis(50))),
        fails(
            TooManyRedirects.class,
            "a loop",
            test -> answered(test, Reply.redirect(302, "/real?" + MARK))),
        fails(
            RedirectRefused.class,
            "another scheme",
            test ->
                answered(test, Reply.redirect(302, "ftp://u:" + MARK + "@example.org/?" + MARK))),
        fails(
            RedirectRefused.class,
            "a redirect to nowhere",
            test -> answered(test, Reply.redirect(302, "http://u:" + MARK + "@[::/?" + MARK))),
        fails(ConnectFailed.class, "nobody", test -> test.secret(uri("http", closedPort(), "/"))),
        fails(NameNotResolved.class, "no name", test -> test.secret(uri("http", "a.invalid", "/"))),
        fails(
            AddressRefused.class,
            "a private address",
            test -> {
              test.engine.updateNetwork(now -> now.withAddressPolicy(AddressPolicy.publicOnly()));
              return test.secret();
            }),
        fails(
            TlsFailure.class,
            "an unknown authority",
            test -> {
              test.serveTls();
              return test.secret(uri("https", test.origin.port(), "/file"));
            }),
        fails(
            ProxyFailure.class,
            "a proxy that wants another password",
            test -> {
              test.engine.updateNetwork(now -> now.withProxy(test.proxy("other")));
              return test.secret();
            }),
        fails(
            ProxyFailure.class,
            "a proxy that tunnels nothing",
            test -> {
              test.engine.updateNetwork(now -> now.withProxy(test.proxy("other")));
              return test.secret(uri("https", test.origin.port(), "/file"));
            }),
        fails(
            ProxyFailure.class,
            "a SOCKS proxy that wants another password",
            test -> {
              ScriptedSocks socks = ScriptedSocks.start();
              test.servers.add(socks);
              socks.wants("user:other");
              String proxy = "socks5://user:" + MARK + "-proxy@127.0.0.1:" + socks.port();
              test.engine.updateNetwork(now -> now.withProxy(proxy));
              return test.secret();
            }),
        fails(
            ProxyFailure.class,
            "no proxy",
            test -> {
              String proxy = "http://user:" + MARK + "-proxy@127.0.0.1:" + closedPort();
              test.engine.updateNetwork(now -> now.withProxy(proxy));
              return test.secret();
            }),
        fails(
            SourceUnavailable.class,
            "a source that fails",
            test ->
                test.sourced()
                    .withSource(
                        () -> CompletableFuture.failedFuture(new IOException("no signer")))),
        fails(
            SourceUnavailable.class,
            "a source that names what cannot be sent",
            test ->
                test.sourced()
                    .withSource(
                        () ->
                            CompletableFuture.supplyAsync(
                                () ->
                                    new Source(
                                        test.origin.uri("/real"),
                                        Map.of("X-A", MARK + "\r\nX-B: " + MARK))))),
        fails(
            Unexpected.class,
            "a defect",
            test -> {
              ScriptedDisk disk = new ScriptedDisk();
              disk.failing(
                  (operation, path) -> {
                    if (operation == ScriptedDisk.Operation.LINK) {
                      throw new IllegalStateException("a defect");
                    }
                  });
              return test.secret().withTarget(disk.path(test.target()));
            }),
        fails(
            ChecksumMismatch.class,
            "another digest",
            test -> test.secret().withChecksum("sha256:" + OTHER.sha256())),
        fails(
            SourceChanged.class,
            "a file that changes",
            test -> {
              test.origin
                  .on("/real")
                  .where(request -> asked(request).start() > 0)
                  .serve(Resource.of(OTHER));
              return test.secret();
            }),
        fails(TooLarge.class, "too much", test -> test.secret().withMaxBytes(1)),
        fails(
            DiskFull.class,
            "too little room",
            test -> {
              ScriptedDisk disk = new ScriptedDisk();
              disk.freeBytes(1);
              return test.secret().withTarget(disk.path(test.target()));
            }),
        fails(
            FileAccess.class,
            "a taken name",
            test -> {
              Files.writeString(test.target(), "old");
              return test.secret();
            }),
        fails(
            FileAccess.class,
            "no directory",
            test -> test.secret().withTarget(test.dir.resolve("none").resolve("file"))));
  }

  private static int closedPort() {
    try (ScriptedOrigin gone = ScriptedOrigin.start()) {
      return gone.port();
    }
  }

  private String proxy(String wanted) {
    ScriptedProxy proxy = ScriptedProxy.start();
    servers.add(proxy);
    proxy.wants(wanted);
    return "http://user:" + MARK + "-proxy@127.0.0.1:" + proxy.port();
  }

  private void serveTls() {
    origin.close();
    origin = ScriptedOrigin.start(Certificates.tls(Certificates.selfSigned()));
    origin.serve("/real", BODY);
    origin.on("/file").answer(Reply.redirect(302, "/real?token=" + MARK + "-location"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ways")
  void noneIsToldOrLeft(String name, Class<? extends DownloadException> kind, Way way)
      throws Exception {
    DownloadRequest request = way.prepare(this);
    tell(request, engine.network(), engine.limits());
    Download download = engine.submit(request);
    List<Object> ends = new ArrayList<>();
    tell(download);
    download.progress().doOnNext(this::tell).doOnNext(now -> tell(download)).blockLast(LIMIT);
    download.result().doOnNext(ends::add).onErrorResume(this::ended).block(LIMIT);

    assertThat(thrown).as("the failure").isEqualTo(kind);
    ends.forEach(this::tell);
    tell(download, download.latest());
    if (kind == null) {
      assertTheyWereSent();
    }
    assertNothingIsTold();
  }

  private void assertTheyWereSent() {
    assertThat(origin.requests())
        .anyMatch(request -> request.header("X-Token").orElse("").contains(MARK))
        .anyMatch(request -> request.header("X-Engine").orElse("").contains(MARK))
        .anyMatch(request -> request.header("Authorization").orElse("").endsWith(SECRETS.get(1)))
        .anyMatch(request -> request.target().contains(MARK));
  }

  private Class<?> thrown;

  private <T> Mono<T> ended(Throwable failure) {
    thrown = failure.getClass();
    tell(failure);
    return Mono.empty();
  }

  @Test
  void noneIsLeftByADownloadThatIsResumed() throws IOException {
    origin.on("/real").request(4).answer(reply -> reply.stallAfter(100, never));
    engine.updateNetwork(now -> now.withStallTimeout(LIMIT));
    Download download = engine.submit(secret().withConnections(1));
    await(() -> download.latest().bytesReceived() >= 3 * SEGMENT + 100);
    download.dispose();
    download.result().onErrorResume(this::ended).block(LIMIT);

    assertThat(thrown).isEqualTo(Cancelled.class);
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
    assertNothingIsTold();
    tell(get(secret()));
    assertNothingIsTold();
  }

  @Test
  void noneIsToldOfABatchAndOnlyTheUriIsRecorded() throws IOException {
    Path file = outside.resolve("failures");
    FailureLog log = FailureLog.open(file);
    engine
        .downloadAll(Flux.just(secret(), secret(uri("/none")).withTarget(dir.resolve("none"))))
        .flatMap(log::record)
        .doOnNext(this::tell)
        .collect(DownloadSummary.collector())
        .doOnNext(this::tell)
        .block(LIMIT);
    tell(log);

    assertNothingIsTold();
    String line = Files.readString(file);
    assertThat(line).contains("\"uri\":\"" + uri("/none") + '"');
    assertThat(line.replace(uri("/none"), "")).doesNotContain(MARK);
    assertThat(FailureLog.read(file).collectList().block(LIMIT))
        .singleElement()
        .satisfies(this::tell);
    assertNothingIsTold();
  }

  @Test
  void noneIsToldOfAStream() throws IOException {
    DownloadRequest request = DownloadRequest.of(uri("/file")).withHeader("X-Token", MARK);
    engine.stream(
            request,
            (info, bytes) -> {
              tell(info);
              return bytes;
            })
        .blockLast(LIMIT);
    origin.on("/real").answer(Reply.status(404));
    engine.stream(request).onErrorResume(this::ended).blockLast(LIMIT);
    try (var in = engine.openStream(request)) {
      in.readAllBytes();
    } catch (IOException e) {
      tell(e);
    }

    assertThat(thrown).isEqualTo(HttpStatus.class);
    assertNothingIsTold();
  }

  /** What is refused at once, mostly by a constructor. */
  @Test
  void noneIsToldOfWhatCannotBe() throws IOException {
    Runnable[] wrong = {
      () -> DownloadRequest.of("http://user:" + MARK + "@/x?" + MARK),
      () -> DownloadRequest.of("http://user:" + MARK + "@[::1/x?" + MARK),
      () -> DownloadRequest.of("ftp://user:" + MARK + "@example.org/x?" + MARK),
      () -> DownloadRequest.of("user:" + MARK + "@example.org/x?" + MARK),
      () -> DownloadRequest.of("http://user:" + MARK + "@example.org:99999/?" + MARK),
      () -> secret().withHeader("X-Other", MARK + "\r\n"),
      () -> secret().withHeader("Host", MARK),
      () -> secret().withHeader("X Other", MARK),
      () -> secret().withChecksum("sha256:zz"),
      () -> secret().withId(""),
      () -> ProxySettings.parse("http://user:" + MARK + "@:x"),
      () -> ProxySettings.parse("gopher://user:" + MARK + "@example.org:70"),
      () -> ProxySettings.parse("user:" + MARK + "@"),
      () -> ProxySettings.fromEnvironment(Map.of("https_proxy", "http://u:" + MARK + "@[")),
      () -> NetworkSettings.defaults().withHeaders(Map.of("X-A", MARK + "\n")),
      () -> NetworkSettings.defaults().withUserAgent(MARK + "\n"),
    };
    for (Runnable attempt : wrong) {
      try {
        attempt.run();
        throw new AssertionError("it was not refused: " + told);
      } catch (RuntimeException refused) {
        tell(refused);
      }
    }
    tell(
        secret().withChecksum(Checksum.of(HashAlgorithm.MD5, new byte[16])),
        sourced(),
        new Source(origin.uri("/?" + MARK), Map.of("X-Token", MARK)),
        ProxySettings.parse("http://user:" + MARK + "@127.0.0.1:1"),
        ProxySettings.none().withScheme("http", "http://user:" + MARK + "@127.0.0.1:1"),
        network().withProxy("socks5://user:" + MARK + "@127.0.0.1:1"));
    assertNothingIsTold();
  }

  private void tell(Object... things) {
    for (Object thing : things) {
      told.add(thing instanceof Throwable thrown ? trace(thrown) : String.valueOf(thing));
      if (thing instanceof DownloadOutcome.Failed failed) {
        told.add(trace(failed.error()));
      }
    }
  }

  private void assertNothingIsTold() throws IOException {
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
