package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The JVM that a queue is measured in: what a queued download takes of the heap, and whether a
 * thousand can be under way at once.
 *
 * <p>Its arguments are how many downloads are queued, how many run at once, a file to queue for, a
 * file that comes slowly, and a folder. It answers with one line, the numbers of a {@link Queued}.
 */
final class QueueWorker {

  private static final int AT_ONCE = 16;
  private static final int BEFORE = 200;
  private static final Duration GLANCE = Duration.ofMillis(20);

  /** The slow file takes some seconds. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final DownloadEngine engine =
      DownloadEngine.builder().limits(limits(AT_ONCE)).progressInterval(GLANCE).build();
  private final Path folder;

  private QueueWorker(Path folder) {
    this.folder = folder;
  }

  public static void main(String[] args) throws IOException {
    QueueWorker worker = new QueueWorker(Path.of(args[4]));
    Queued queued = worker.queue(Integer.parseInt(args[0]), URI.create(args[2]));
    int most = worker.underWay(Integer.parseInt(args[1]), URI.create(args[3]));
    worker.engine.close();
    System.out.println(queued.withUnderWay(most).toLine());
  }

  private Queued queue(int count, URI uri) throws IOException {
    await(submit(BEFORE, uri, "before")); // Classes and pools are not the queue's.
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      engine.limits(limits(1));
      URI nobody = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/");
      Download first = engine.submit(DownloadRequest.of(nobody, folder.resolve("silent")));
      long empty = usedHeap();
      List<Download> queued = submit(count, uri, "queued");
      long full = usedHeap();
      if (queued.stream().anyMatch(d -> d.latest().state() != DownloadState.QUEUED)) {
        throw new IOException("not all are queued");
      }
      long began = System.nanoTime();
      first.dispose();
      engine.limits(limits(AT_ONCE));
      await(queued);
      double seconds = (System.nanoTime() - began) / 1e9;
      return new Queued(count, (double) (full - empty) / count, seconds, 0);
    }
  }

  /** Returns how many of so many downloads have been receiving at the same moment. */
  private int underWay(int count, URI slow) {
    engine.limits(limits(count));
    List<Download> downloads = submit(count, slow, "slow");
    Flux<Long> most =
        engine
            .progress()
            .map(
                glance ->
                    downloads.stream()
                        .filter(d -> d.latest().state() == DownloadState.DOWNLOADING)
                        .count())
            .takeUntilOther(Flux.fromIterable(downloads).flatMap(Download::result).then());
    Mono<Long> none = Mono.error(() -> new IllegalStateException("not ended: " + left(downloads)));
    long seen = Objects.requireNonNull(most.reduce(0L, Math::max).timeout(PATIENCE, none).block());
    return (int) seen;
  }

  private static List<Download> left(List<Download> downloads) {
    return downloads.stream().filter(d -> !d.latest().state().isTerminal()).toList();
  }

  private List<Download> submit(int count, URI uri, String name) {
    return IntStream.range(0, count)
        .mapToObj(i -> engine.submit(DownloadRequest.of(uri, folder.resolve(name + i))))
        .toList();
  }

  private static void await(List<Download> downloads) {
    downloads.forEach(download -> download.result().block());
  }

  private static Limits limits(int atOnce) {
    return Limits.defaults().withMaxConcurrentDownloads(atOnce).withConnectionsPerHost(atOnce);
  }

  private static long usedHeap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
