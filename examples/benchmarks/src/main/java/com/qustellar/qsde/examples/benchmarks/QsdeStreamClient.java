package com.qustellar.qsde.examples.benchmarks;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.scheduler.Schedulers;

/** QSDE's stream, whose bytes its reader writes, each buffer as it comes. */
final class QsdeStreamClient implements Client {

  private static final int AHEAD = 4;

  private final Map<Integer, DownloadEngine> engines = new ConcurrentHashMap<>();

  @Override
  public void download(Job job) throws IOException {
    DownloadRequest plain = DownloadRequest.of(job.uri().toString());
    DownloadRequest request =
        job.sha256() == null ? plain : plain.withChecksum("sha256:" + job.sha256());
    try (FileChannel file =
        FileChannel.open(job.target(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      engines.computeIfAbsent(job.connections(), QsdeClient::engine).stream(request)
          .publishOn(Schedulers.boundedElastic(), AHEAD)
          .doOnNext(bytes -> write(file, bytes))
          .blockLast();
    }
  }

  private static void write(FileChannel file, ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void downloadAll(Job folder) throws IOException {
    for (Job each : (Iterable<Job>) folder.each()::iterator) {
      download(each);
    }
  }

  @Override
  public void close() {
    engines.values().forEach(DownloadEngine::close);
  }
}
