package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException.Cancelled;
import com.qustellar.qsde.DownloadException.HttpStatus;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.ProxySettings;
import com.qustellar.qsde.Source;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** What is told and left by batches, streams, later runs, and by what is refused at once. */
@KeepsPartFiles
class SecretsTest extends SecretsTestBase {

  @TempDir Path outside;

  @Test
  void noneIsLeftByADownloadThatIsResumed() throws IOException {
    origin.on("/real").request(4).answer(reply -> reply.stallAfter(100, never));
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
}
