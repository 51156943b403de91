package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.testing.Body;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** An engine in a process that has no Micrometer. */
class WithoutMicrometerTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 3 * SEGMENT);

  @Test
  void downloadsAllTheSame() throws IOException, InterruptedException {
    origin.serve("/file", BODY);
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("micrometer") && !entry.contains("prometheus"))
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                Main.class.getName(),
                origin.uri("/file").toString(),
                target().toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertHolds(target(), BODY);
  }

  /** What the process does. */
  static final class Main {

    private Main() {}

    public static void main(String[] args) {
      try {
        Class.forName("io.micrometer.core.instrument.MeterRegistry");
        System.exit(2);
      } catch (ClassNotFoundException expected) {
        // As it should be.
      }
      try (DownloadEngine engine = builder().metrics(new DownloadMetrics() {}).build()) {
        engine.download(DownloadRequest.of(args[0], Path.of(args[1]))).block(LIMIT);
      }
    }
  }
}
