package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.HttpProtocol;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.TlsSettings;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Certificates;
import com.qustellar.qsde.reactor.testing.Program;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;

/** Downloads from a server that others have written, over TLS and HTTP/2. */
class NginxTest extends EngineTestBase {

  private static final X509Bundle AUTHORITY = Certificates.authority("Test Authority");

  private static final Body BODY = Body.random(1, 40 * SEGMENT);

  @TempDir Path server;

  private Program nginx;
  private int port;

  @BeforeEach
  void startNginx() throws Exception {
    Path program = Program.find("nginx").orElse(null);
    assumeTrue(program != null, "nginx is not installed");
    X509Bundle certificate = Certificates.loopback(AUTHORITY);
    Certificates.pem(server.resolve("ca.pem"), AUTHORITY.getRootCertificatePEM());
    Certificates.pem(server.resolve("server.pem"), certificate.getCertificatePathPEM());
    Certificates.pem(server.resolve("server.key"), certificate.getPrivateKeyPEM());
    Files.write(Files.createDirectory(server.resolve("www")).resolve("file"), BODY.bytes());
    port = Program.freePort();
    Path conf =
        Files.writeString(
            server.resolve("nginx.conf"),
            """
            daemon off;
            master_process off;
            pid nginx.pid;
            events {}
            http {
              log_format requests '$server_protocol $connection $status';
              access_log requests.log requests;
              client_body_temp_path tmp;
              proxy_temp_path tmp;
              fastcgi_temp_path tmp;
              uwsgi_temp_path tmp;
              scgi_temp_path tmp;
              ssl_certificate server.pem;
              ssl_certificate_key server.key;
              server {
                listen 127.0.0.1:%d ssl http2;
                root www;
              }
            }
            """
                .formatted(port));
    nginx =
        Program.start(
            port,
            server.resolve("nginx.log"),
            program.toString(),
            "-p",
            server.toString(),
            "-c",
            conf.toString(),
            "-e",
            "stderr");
  }

  @AfterEach
  void stopNginx() {
    engine.close();
    if (nginx != null) {
      nginx.close();
    }
  }

  private void speak(HttpProtocol protocol) {
    engine.network(
        NetworkSettings.defaults()
            .withProtocol(protocol)
            .withTls(TlsSettings.defaults().withTrustedCertificates(server.resolve("ca.pem"))));
  }

  private String uri(String path) {
    return "https://127.0.0.1:" + port + path;
  }

  private DownloadRequest file() {
    return DownloadRequest.of(uri("/file"), target()).withConnections(4);
  }

  /** A request as its log tells of it. */
  private record Logged(String protocol, int connection, int status) {

    static Logged of(String line) {
      String[] words = line.split(" ", -1);
      return new Logged(words[0], Integer.parseInt(words[1]), Integer.parseInt(words[2]));
    }
  }

  /** Returns the requests, which are logged a moment after their answers have arrived. */
  private List<Logged> requests(int count) {
    Path log = server.resolve("requests.log");
    await(() -> lines(log).size() >= count);
    return lines(log).stream().map(Logged::of).toList();
  }

  private static List<String> lines(Path log) {
    try {
      return Files.readAllLines(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"HTTP_1_1, HTTP/1.1, 4", "HTTP_2, HTTP/2.0, 1"})
  void aFileComesInSegments(HttpProtocol protocol, String spoken, int connections)
      throws IOException {
    speak(protocol);

    DownloadResult result = get(file().withChecksum("sha256:" + BODY.sha256()));

    assertHolds(target(), BODY);
    assertDirectoryHolds("target");
    assertThat(result.segments()).isEqualTo(40);
    assertThat(result.retries()).isZero();
    assertThat(requests(40))
        .hasSize(40)
        .allMatch(request -> request.protocol().equals(spoken) && request.status() == 206);
    assertThat(requests(40).stream().map(Logged::connection).distinct())
        .hasSizeBetween(Math.min(2, connections), connections);
  }

  @Test
  void manySmallFilesShareAConnection() throws IOException {
    int count = 200;
    for (int i = 0; i < count; i++) {
      Files.write(server.resolve("www").resolve("f" + i), Body.random(i, 1000 + i).bytes());
    }
    speak(HttpProtocol.HTTP_2);
    engine.limits(limits().withMaxConcurrentDownloads(64).withConnectionsPerHost(64));

    DownloadSummary summary =
        engine
            .downloadAll(
                Flux.range(0, count)
                    .map(i -> DownloadRequest.of(uri("/f" + i), dir.resolve("f" + i))))
            .collect(DownloadSummary.collector())
            .block(LIMIT);

    assertThat(summary.completed()).isEqualTo(count);
    for (int i = 0; i < count; i++) {
      assertHolds(dir.resolve("f" + i), Body.random(i, 1000 + i));
    }
    List<Logged> requests = requests(count);
    assertThat(requests).hasSize(count).allMatch(request -> request.protocol().equals("HTTP/2.0"));
    assertThat(requests.stream().collect(Collectors.groupingBy(Logged::connection))).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void aFileIsFetchedAgainWhereItHasChanged(HttpProtocol protocol) throws IOException {
    Body changed = Body.random(2, BODY.length());
    speak(protocol);
    get(file().withIfNewer(true).withRemoteTime(true));
    assertThat(Files.getLastModifiedTime(target()).toInstant())
        .isEqualTo(
            Files.getLastModifiedTime(server.resolve("www").resolve("file"))
                .toInstant()
                .truncatedTo(ChronoUnit.SECONDS));

    assertThat(get(file().withIfNewer(true)).notes()).containsExactly(Note.NOT_MODIFIED);
    assertThat(requests(41).get(40).status()).isEqualTo(304);
    Files.write(server.resolve("www").resolve("file"), changed.then(Body.of("!")).bytes());

    assertThat(get(file().withIfNewer(true)).notes()).isEmpty();
    assertHolds(target(), changed.then(Body.of("!")));
  }
}
