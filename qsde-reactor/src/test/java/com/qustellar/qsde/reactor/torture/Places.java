package com.qustellar.qsde.reactor.torture;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** The places for downloads that an engine has, each of which whoever had it has to give back. */
final class Places {

  private Places() {}

  /** As many downloads as there are places, each of which ends when all have begun. */
  static void assertAllFree(DownloadEngine engine, ScriptedOrigin origin, Path dir) {
    int places = engine.limits().maxConcurrentDownloads();
    CountDownLatch all = new CountDownLatch(places);
    origin.serve("/last", Body.random(0, 1000));
    origin
        .on("/last")
        .answer(
            reply -> {
              all.countDown();
              return reply.delayedUntil(all);
            });
    List<Download> downloads =
        IntStream.range(0, places)
            .mapToObj(i -> DownloadRequest.of(origin.uri("/last"), dir.resolve("last" + i)))
            .map(engine::submit)
            .toList();
    downloads.forEach(download -> download.result().block(Torture.LIMIT));
  }
}
