package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path dir;
  private ScriptedOrigin origin;
  private DownloadEngine engine;

  @BeforeEach
  void start() {
    origin = ScriptedOrigin.start();
    engine = DownloadEngine.builder().limits(Limits.defaults().withSegmentSize(256 << 10)).build();
  }

  @AfterEach
  void stop() {
    engine.close();
    origin.close();
  }

  @Test
  void fetchesAFileInSegments() throws IOException {
    Body body = Body.random(1, 3_000_000);
    origin.serve("/file", body);
    Path target = dir.resolve("file");
    DownloadResult result =
        engine
            .download(
                DownloadRequest.of(origin.uri("/file"), target)
                    .withComputedChecksum(HashAlgorithm.SHA256))
            .block(LIMIT);
    assertHolds(target, body);
    assertThat(result.checksum().hex()).isEqualTo(body.sha256());
    assertThat(result.bytes()).isEqualTo(3_000_000);
    assertThat(result.segments()).isEqualTo(12);
    assertThat(dir.toFile().list()).containsExactly("file");
  }
}
