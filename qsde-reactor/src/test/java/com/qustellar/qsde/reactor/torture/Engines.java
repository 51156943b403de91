package com.qustellar.qsde.reactor.torture;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Engines that many downloads share, on a time that flies: one for each size of segments, as that
 * can't be set for one download.
 */
final class Engines implements AutoCloseable {

  private final FastTime time = new FastTime();
  private final Map<Long, DownloadEngine> engines =
      Scenario.SEGMENT_SIZES.stream().collect(Collectors.toMap(size -> size, this::engine));

  private DownloadEngine engine(long segmentSize) {
    Limits limits =
        Limits.defaults()
            .withSegmentSize(segmentSize)
            .withWriteBufferSize(16 << 10)
            .withMemoryBudget(1 << 20);
    return DownloadEngine.builder().limits(limits).scheduler(time).build();
  }

  DownloadEngine of(long segmentSize) {
    return engines.get(segmentSize);
  }

  /** Returns the downloads of that id which have not ended. */
  List<Download> running(String id) {
    return engines.values().stream().flatMap(engine -> engine.find(id).stream()).toList();
  }

  @Override
  public void close() {
    engines.values().forEach(DownloadEngine::close);
    time.dispose();
  }
}
