package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.AddressPolicy;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.AddressRefused;
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
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Downloads that end in every way: none of their secrets is told or left. */
@KeepsPartFiles
class SecretsAtEveryEndTest extends SecretsTestBase {

  private static final Body OTHER = Body.random(2, BODY.length());

  /** Something that a download may meet, and how that ends it. */
  private interface Way {
    DownloadRequest prepare(SecretsAtEveryEndTest test) throws Exception;
  }

  private static Arguments completes(String name, Way way) {
    return Arguments.of(name, null, way);
  }

  private static Arguments fails(Class<? extends DownloadException> kind, String name, Way way) {
    return Arguments.of(name, kind, way);
  }

  private static DownloadRequest answered(SecretsAtEveryEndTest test, Reply reply) {
    test.origin.on("/real").answer(reply);
    return test.secret();
  }

  static Stream<Arguments> ways() {
    return Stream.of(
        completes("a redirect and a cookie", SecretsAtEveryEndTest::secret),
        completes("a source", SecretsAtEveryEndTest::sourced),
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
              test.impatient();
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
            test -> {
              test.impatient();
              return answered(test, Reply.status(200).delayedUntil(test.never));
            }),
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

  /** Only where it takes a stall: a loaded machine is slow as well. */
  private void impatient() {
    engine.updateNetwork(now -> now.withStallTimeout(Duration.ofMillis(500)));
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
}
