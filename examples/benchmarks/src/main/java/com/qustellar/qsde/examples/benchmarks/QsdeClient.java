package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.util.HashMap;
import java.util.Map;

/** QSDE itself: for each number of connections one engine, kept from download to download. */
final class QsdeClient implements Client {

  private final Map<Integer, DownloadEngine> engines = new HashMap<>();
  private final boolean resume;

  /**
   * @param resume whether a later run could go on with a download that is cut short
   */
  QsdeClient(boolean resume) {
    this.resume = resume;
  }

  @Override
  public void download(Job job) {
    DownloadRequest request = DownloadRequest.of(job.uri(), job.target()).withResume(resume);
    if (job.sha256() != null) {
      request = request.withChecksum("sha256:" + job.sha256());
    }
    engines.computeIfAbsent(job.connections(), QsdeClient::engine).download(request).block();
  }

  private static DownloadEngine engine(int connections) {
    Limits limits = Limits.defaults();
    return DownloadEngine.builder()
        .limits(
            limits
                .withConnectionsPerDownload(connections)
                .withConnectionsPerHost(Math.max(connections, limits.connectionsPerHost())))
        .build();
  }

  @Override
  public void close() {
    engines.values().forEach(DownloadEngine::close);
  }
}
