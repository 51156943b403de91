package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.DownloadState.COMPLETED;
import static com.qustellar.qsde.DownloadState.FAILED;
import static com.qustellar.qsde.DownloadState.PAUSED;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ConfigurableApplicationContext;

/** What is left when the service ends without a word, and what becomes of it. */
class RestartTest extends TestService {

  private static final int MIB = 1 << 20;
  private static final String ANY = "--qsde.network.addresses=any";

  @Test
  void whatAKillHasInterruptedGoesOnFromItsJournal(@TempDir Path directory) throws Exception {
    Body body = Body.random(8, 48 * MIB);
    origin.serve("/large.bin", body);
    origin.serve("/small.bin", Body.random(9, 1000));
    AtomicBoolean restarted = new AtomicBoolean();
    origin.on("/large.bin").answer(reply -> restarted.get() ? reply : reply.pacedAt(MIB / 2));

    String large = "/large.bin?key=KEY";
    String url = origin.uri(large).toString();
    Map<String, String> headers = Map.of("Authorization", "SECRET");
    String kept;
    String lost;
    String paused;
    String small;
    try (ServiceProcess process = ServiceProcess.start(directory, ANY)) {
      int port = process.port();
      small = add(port, Map.of("url", origin.uri("/small.bin").toString()));
      await(() -> view(port, small).state() == COMPLETED);
      kept = add(port, Map.of("url", url, "headers", Map.of("X-Kept", "K"), "keepHeaders", true));
      lost = add(port, Map.of("url", url, "headers", headers));
      paused = add(port, Map.of("url", url));
      await(() -> view(port, paused).bytesReceived() > 0);
      act(port, paused, "pause");
      await(() -> view(port, paused).state() == PAUSED);
      process.awaitJournal("files/" + kept + "/large.bin.qsde-journal");
    }
    assertThat(Files.getPosixFilePermissions(directory))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    assertThat(Files.readString(directory.resolve("list.mv.db"), ISO_8859_1))
        .doesNotContain("SECRET");

    int before = origin.requests().size();
    restarted.set(true);
    try (ConfigurableApplicationContext context = start(directory, ANY)) {
      int port = port(context);
      await(() -> view(port, kept).state() == COMPLETED);
      assertThat(send(port, "GET", "/downloads/" + kept + "/file", null).bytes())
          .isEqualTo(body.bytes());
      assertThat(view(port, lost).state()).isEqualTo(FAILED);
      assertThat(view(port, lost).failure().type()).endsWith("headers-not-kept");
      act(port, lost, "retry").isProblem(409, "headers-not-kept");
      assertThat(view(port, small).bytesReceived()).isEqualTo(1000);
      assertThat(view(port, paused).state()).isEqualTo(PAUSED);
      assertThat(view(port, paused).bytesReceived()).isPositive();
      act(port, paused, "resume").isStatus(200);
      await(() -> view(port, paused).state() == COMPLETED);
    }
    List<RecordedRequest> after =
        origin.requests().subList(before, origin.requests().size()).stream()
            .filter(request -> request.header("X-Kept").isPresent())
            .toList();
    assertThat(after.stream().mapToLong(RecordedRequest::bodyBytesSent).sum())
        .isLessThan(body.length() - MIB);
  }

  @Test
  void aSecondServiceInTheSameDirectoryIsToldSo(@TempDir Path directory) throws IOException {
    Path database = directory.resolve("list.mv.db");
    try (FileChannel first = FileChannel.open(database, CREATE, WRITE)) {
      first.lock();

      assertThatThrownBy(() -> start(directory).close())
          .satisfies(
              failure ->
                  assertThat(new DatabaseFailureAnalyzer().analyze(failure).getDescription())
                      .contains("already in use: \"" + database));
    }
  }

  @Test
  void aDiskThatIsFullIsToldInASentence() {
    IOException full = new IOException("No space left on device");
    FlywayException failure = new FlywayException("no migration", new SQLException("closed", full));

    FailureAnalysis told = new DatabaseFailureAnalyzer().analyze(failure);

    assertThat(told.getDescription())
        .isEqualTo("The database can't be used: No space left on device");
    assertThat(told.getAction()).contains("disk is full");
  }

  @Test
  void aDirectoryThatCannotBeIsToldInASentence(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    assertThatThrownBy(() -> start(file.resolve("service")).close())
        .satisfies(
            failure ->
                assertThat(new DirectoryFailureAnalyzer().analyze(failure).getDescription())
                    .contains(file.resolve("service") + " can't be made"));
  }

  @Test
  void helpIsShownAndNothingElseDone() {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(shown, true, UTF_8));
    try {
      ServiceApplication.main(new String[] {"--server.port=0", "--help"});
    } finally {
      System.setOut(before);
    }

    assertThat(shown.toString(UTF_8)).startsWith("Usage: qsde serve").contains("--service.token");
    assertThat(shown.toString(UTF_8).lines()).allMatch(line -> line.length() <= 80);
  }
}
