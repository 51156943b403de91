package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.examples.demo.DemoFile;
import com.qustellar.qsde.examples.demo.DemoOrigin;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

@Timeout(60)
class BatchTest {

  @TempDir Path dir;

  @Test
  void whatACancelledBatchNeverCameToIsCancelledAsWell() throws Exception {
    TestScreen screen = new TestScreen();
    try (DemoOrigin origin = new DemoOrigin();
        DownloadEngine engine = DownloadEngine.create()) {
      String url = origin.serve(DemoFile.of("slow.bin", 1_000_000).paced(10_000)).toString();
      List<DownloadRequest> requests =
          IntStream.range(0, 200)
              .mapToObj(i -> DownloadRequest.of(url, dir.resolve("file-" + i)))
              .toList();
      Batch batch =
          new Batch(
              engine,
              all -> engine.downloadAll(all).mergeWith(Mono.fromRunnable(engine::cancelAll)),
              new JsonLines(screen.screen()),
              null,
              Existing.fail);

      DownloadSummary summary = batch.run(requests, List.of());

      assertThat(summary.cancelled()).isEqualTo(200);
      assertThat(screen.out()).contains("\"summary\",\"completed\":0,\"failed\":200,");
    }
  }
}
