package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** The file of what failed: what stands in it, and what comes back. */
class FailureLogTest extends EngineTestBase {

  private Path file() {
    return dir.resolve("failures");
  }

  private static DownloadOutcome.Failed failed(DownloadRequest request) {
    return new DownloadOutcome.Failed(
        request,
        new DownloadException.HttpStatus(request.uri(), request.target(), 503, null, null));
  }

  private DownloadRequest numbered(int n) {
    return DownloadRequest.of(origin.uri("/" + n), dir.resolve("f" + n));
  }

  private void record(FailureLog log, DownloadRequest... requests) {
    for (DownloadRequest request : requests) {
      log.record(failed(request)).block(LIMIT);
    }
  }

  private List<DownloadRequest> read() {
    return FailureLog.read(file()).collectList().block(LIMIT);
  }

  @Test
  void aBatchIsTriedAgainWhereItFailed() throws IOException {
    FailureLog log = FailureLog.open(file());
    origin.onEvery((request, reply) -> Reply.status(200).body(Body.of("hello")));
    origin.on("/3").answer(Reply.status(404));
    origin.on("/7").answer(Reply.status(403));

    DownloadSummary summary =
        engine
            .downloadAll(Flux.range(0, 10).map(this::numbered))
            .flatMap(log::record)
            .collect(DownloadSummary.collector())
            .block(LIMIT);

    assertThat(summary.failed()).isEqualTo(2);
    assertThat(Files.readAllLines(file())).hasSize(2);
    origin.on("/3").answer(Reply.status(200).body(Body.of("hello")));
    origin.on("/7").answer(Reply.status(200).body(Body.of("hello")));
    DownloadSummary again =
        engine
            .downloadAll(FailureLog.read(file()))
            .collect(DownloadSummary.collector())
            .block(LIMIT);
    assertThat(again.completed()).isEqualTo(2);
    assertThat(dir.resolve("f3")).hasContent("hello");
    assertThat(dir.resolve("f7")).hasContent("hello");
  }

  @Test
  void aLineTellsWhatFailedAndShowsNoSecretButInTheUri() throws IOException {
    FailureLog log = FailureLog.open(file());
    DownloadRequest request =
        DownloadRequest.of("https://me:word@example.org/f?key=1", Path.of("/dir/f"))
            .withId("one")
            .withHeader("Authorization", "Bearer secret");
    record(log, request);

    assertThat(Files.readString(file()))
        .matches("\\{\"time\":\"20[^\"]+Z\",[^\n]+}\n")
        .contains(
            """
            "id":"one","uri":"https://me:word@example.org/f?key=1","file":"/dir/f",\
            "error":"HttpStatus","message":"https://example.org/f?\\u2026 answered 503""")
        .contains("\"retryable\":true")
        .doesNotContain("secret", "Authorization");

    record(log.withHeaders(), request.withId("two"));
    assertThat(Files.readAllLines(file()).get(1))
        .contains("\"headers\":{\"Authorization\":\"Bearer secret\"}");
  }

  @Test
  void aRequestComesBackAsItWas() throws IOException {
    DownloadRequest request =
        DownloadRequest.of("https://example.org/ä?q=%22", dir.resolve("Grüße \"1\"\n文"))
            .withId("an id")
            .withMirrors("https://mirror.example/ä b?q=1", "http://example.net/")
            .withChecksum("sha256:" + Body.of("hello").sha256())
            .withComputedChecksum(HashAlgorithm.SHA512)
            .withConnections(3)
            .withPriority(-7)
            .withResume(false)
            .withOverwrite(true)
            .withIfNewer(true)
            .withRemoteTime(true)
            .withFsync(false)
            .withTotalBytes(0)
            .withMaxBytes(1)
            .withBytesPerSecond(2)
            .withTotalTimeout(Duration.ofMillis(90_500))
            .withHeader("X-One", "1")
            .withHeader("X-Two", "\"2\"");
    DownloadRequest plain = DownloadRequest.of("https://example.org/plain", Path.of("plain"));
    DownloadRequest none = DownloadRequest.of("https://example.org/stream");
    record(FailureLog.open(file()).withHeaders(), request, plain, none);

    assertThat(read())
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactly(
            request,
            DownloadRequest.of(plain.uri(), Path.of("plain").toAbsolutePath()).withId(plain.id()),
            none);
  }

  @Test
  void whatIsNoFailurePasses() throws IOException {
    FailureLog log = FailureLog.open(file());
    DownloadOutcome cancelled = new DownloadOutcome.Cancelled(numbered(1));

    assertThat(log.record(cancelled).block(LIMIT)).isSameAs(cancelled);
    assertThat(file()).isEmptyFile();
  }

  @Test
  void aTornLineIsSkippedAndTheNextOneStandsAlone() throws IOException {
    record(FailureLog.open(file()), numbered(1), numbered(2));
    byte[] whole = Files.readAllBytes(file());
    String second = Files.readAllLines(file()).get(1);
    for (int lost = 1; lost <= second.length() + 1; lost += 7) {
      Files.write(file(), Arrays.copyOf(whole, whole.length - lost));
      record(FailureLog.open(file()), numbered(3));

      // Without its line break alone it is whole.
      assertThat(read())
          .extracting(DownloadRequest::uri)
          .isEqualTo(
              lost == 1
                  ? List.of(origin.uri("/1"), origin.uri("/2"), origin.uri("/3"))
                  : List.of(origin.uri("/1"), origin.uri("/3")));
    }
  }

  @Test
  void whatAPowerCutMayLeaveIsSkipped() throws IOException {
    record(FailureLog.open(file()), numbered(1));
    Files.write(file(), new byte[] {0, 0, 0, -1, -2, '\n', '{'}, StandardOpenOption.APPEND);

    assertThat(read()).hasSize(1);
  }

  @Test
  void whatFailedTwiceIsTriedOnce() throws IOException {
    record(FailureLog.open(file()), numbered(1), numbered(2), numbered(1));

    assertThat(read())
        .extracting(DownloadRequest::uri)
        .containsExactly(origin.uri("/1"), origin.uri("/2"));
    assertThat(FailureLog.readAll(file()).count().block(LIMIT)).isEqualTo(3);
  }

  @Test
  void thousandsAtOnceAreAllThere() throws IOException {
    FailureLog log = FailureLog.open(file());

    Flux.range(0, 5000).map(n -> failed(numbered(n))).flatMap(log::record).then().block(LIMIT);

    assertThat(read()).hasSize(5000);
  }

  @Test
  void theOutcomeIsToldWhenTheLineIsThere() throws IOException {
    FailureLog log = FailureLog.open(file());

    Flux.range(0, 20)
        .map(n -> failed(numbered(n)))
        .concatMap(log::record)
        .index()
        .doOnNext(
            told -> {
              assertThat(Schedulers.isInNonBlockingThread()).isFalse();
              assertThat(lines()).hasSize((int) (told.getT1() + 1));
            })
        .then()
        .block(LIMIT);
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(file());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "no POSIX modes there")
  void theFileIsItsOwnersOnly() throws IOException {
    FailureLog.open(file());
    assertThat(mode()).isEqualTo("rw-------");

    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
    FailureLog.open(file());
    assertThat(mode()).isEqualTo("rw-------");
  }

  private String mode() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file()));
  }

  @Test
  void whatCannotBeWrittenIsAnErrorAndNotTheEnd() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("folder"));
    FailureLog log = FailureLog.open(folder.resolve("failures"));
    Files.delete(folder.resolve("failures"));
    Files.delete(folder);

    StepVerifier.create(log.record(failed(numbered(1))))
        .expectErrorSatisfies(
            e ->
                assertThat(e)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasCauseInstanceOf(NoSuchFileException.class))
        .verify(LIMIT);

    Files.createDirectory(folder);
    assertThat(log.record(failed(numbered(2))).block(LIMIT)).isNotNull();
    assertThatThrownBy(() -> FailureLog.open(dir.resolve("none/failures")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void whatCannotBeReadIsAnError() throws IOException {
    StepVerifier.create(FailureLog.read(file()))
        .expectError(UncheckedIOException.class)
        .verify(LIMIT);

    Files.writeString(file(), "{\"uri\":\"https://example.org\",\"priority\":\"high\"}\n");
    StepVerifier.create(FailureLog.read(file()))
        .expectError(DownloadException.InvalidRequest.class)
        .verify(LIMIT);
  }

  @Test
  void whatWasToldIsThereAfterAKill() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Endless.class.getName(),
                file().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> told = new ArrayList<>();
    try (BufferedReader out = process.inputReader()) {
      while (told.size() < 200) {
        told.add(out.readLine());
      }
      // The process's own would close what it has said.
      process.toHandle().destroyForcibly();
      out.lines().filter(line -> line.endsWith(".")).forEach(told::add);
    }
    process.waitFor();

    assertThat(read())
        .extracting(request -> request.uri().getPath().substring(1) + ".")
        .containsAll(told);
  }

  /** Records failures until it is killed, and tells each that is recorded. */
  static final class Endless {

    private Endless() {}

    public static void main(String[] args) throws IOException {
      FailureLog log = FailureLog.open(Path.of(args[0]));
      Flux.range(0, Integer.MAX_VALUE)
          .map(n -> failed(DownloadRequest.of("http://host/" + n, Path.of("f" + n))))
          .flatMap(log::record, 8)
          .doOnNext(
              outcome -> System.out.println(outcome.request().uri().getPath().substring(1) + "."))
          .blockLast();
    }
  }

  @Test
  void anErrorOfAFileSystemIsToldAndTheNextFailureIsRecorded() throws IOException {
    ScriptedDisk disk = new ScriptedDisk();
    FailureLog log = FailureLog.open(disk.path(file()));
    LinkageError error = new LinkageError("of the file system");
    disk.failing(
        (operation, path) -> {
          throw error;
        });
    Mono<DownloadOutcome> record = log.record(failed(numbered(1)));
    assertThatThrownBy(() -> record.block(LIMIT)).isSameAs(error);
    disk.failing((operation, path) -> {});
    record(log, numbered(2));
    assertThat(Files.readAllLines(file())).hasSize(1);
  }

  @Test
  void anErrorOfASubscriberKeepsNothingFromTheOthers() throws IOException {
    FailureLog log = FailureLog.open(file());
    LinkageError error = new LinkageError("of the subscriber");
    Mono<Object> failing =
        log.record(failed(numbered(1)))
            .map(
                outcome -> {
                  throw error;
                });
    assertThatThrownBy(() -> failing.block(LIMIT)).isSameAs(error);
    record(log, numbered(2));
    assertThat(Files.readAllLines(file())).hasSize(2);
  }
}
