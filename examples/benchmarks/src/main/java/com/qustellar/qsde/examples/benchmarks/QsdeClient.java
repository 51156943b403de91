package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HttpProtocol;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadSummary;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import reactor.core.publisher.Flux;

/**
 * QSDE itself: for each number of connections, or of files at once, one engine that is kept from
 * job to job.
 */
final class QsdeClient implements Client {

  private final Map<Integer, DownloadEngine> engines = new HashMap<>();
  private final Map<Integer, DownloadEngine> batches = new HashMap<>();
  private final boolean resume;

  /**
   * @param resume whether a later run could go on with a download that is cut short
   */
  QsdeClient(boolean resume) {
    this.resume = resume;
  }

  @Override
  public void download(Job job) {
    DownloadRequest request = request(job);
    if (job.sha256() != null) {
      request = request.withChecksum("sha256:" + job.sha256());
    }
    engines.computeIfAbsent(job.connections(), QsdeClient::engine).download(request).block();
  }

  @Override
  public void downloadAll(Job folder) throws IOException {
    DownloadSummary summary =
        Objects.requireNonNull(
            batches
                .computeIfAbsent(folder.connections(), atOnce -> batch(atOnce, folder.uri()))
                .downloadAll(Flux.fromStream(folder.each()).map(this::request))
                .collect(DownloadSummary.collector())
                .block());
    if (summary.completed() != folder.files()) {
      throw new IOException("not all were downloaded: " + summary);
    }
  }

  private DownloadRequest request(Job job) {
    return DownloadRequest.of(job.uri(), job.target()).withResume(resume);
  }

  /** Many small files are what HTTP/2 is for, where the server offers it. */
  private static DownloadEngine batch(int atOnce, URI uri) {
    Limits limits = Limits.defaults();
    boolean tls = uri.getScheme().equals("https");
    return DownloadEngine.builder()
        .network(
            NetworkSettings.defaults().withProtocol(tls ? HttpProtocol.HTTP_2 : HttpProtocol.AUTO))
        .limits(
            limits
                .withMaxConcurrentDownloads(atOnce)
                .withConnectionsPerHost(Math.max(atOnce, limits.connectionsPerHost())))
        .build();
  }

  static DownloadEngine engine(int connections) {
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
    batches.values().forEach(DownloadEngine::close);
  }
}
