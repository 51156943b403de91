package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.DownloadState.COMPLETED;
import static com.qustellar.qsde.DownloadState.FAILED;
import static com.qustellar.qsde.DownloadState.PAUSED;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    Process process = serve(directory);
    String kept;
    String lost;
    String paused;
    String small;
    try {
      int port = portOf(process);
      kept = add(port, Map.of("url", url, "headers", Map.of("X-Kept", "K"), "keepHeaders", true));
      lost = add(port, Map.of("url", url, "headers", headers));
      paused = add(port, Map.of("url", url));
      small = add(port, Map.of("url", origin.uri("/small.bin").toString()));
      await(() -> view(port, small).state() == COMPLETED);
      act(port, paused, "pause");
      await(() -> view(port, paused).state() == PAUSED);
      Path journal = directory.resolve("files/" + kept + "/large.bin.qsde-journal");
      await(journal.toFile()::exists);
      for (int i = 0; i < 2; i++) { // once the header is there, what has come since
        long before = journal.toFile().length();
        await(() -> journal.toFile().length() > before);
      }
    } finally {
      process.destroyForcibly().waitFor(); // SIGKILL
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

  private static Process serve(Path directory) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ServiceApplication.class.getName());
    command.addAll(arguments(directory));
    command.add(ANY);
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** Reads it from the line that the service begins with. */
  private static int portOf(Process process) throws Exception {
    BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    String line = out.readLine();
    assertThat(line).matches("Serving http://127\\.0\\.0\\.1:\\d+/ from .*");
    return Integer.parseInt(line.replaceFirst(".*:(\\d+)/.*", "$1"));
  }
}
