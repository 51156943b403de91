package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadOutcome;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Writes files to stdout in place of files, one after the other. */
final class StandardOutput {

  /** How stdout is called on the command line. */
  static final Path NAME = Path.of("-");

  private static final int AHEAD = 4;

  private final DownloadEngine engine;
  private final PrintStream out;

  StandardOutput(DownloadEngine engine, PrintStream out) {
    this.engine = engine;
    this.out = out;
  }

  Flux<DownloadOutcome> downloadAll(Flux<DownloadRequest> requests) {
    return requests.concatMap(this::download, 1);
  }

  private Mono<DownloadOutcome> download(DownloadRequest request) {
    return Mono.defer(
        () -> {
          Mono<DownloadOutcome> end =
              engine
                  .outcomes()
                  .filter(outcome -> outcome.request().id().equals(request.id()))
                  .next()
                  .cache();
          // An outcome is not repeated: somebody has to listen before there is one.
          end.subscribe();
          return engine.stream(request)
              .publishOn(Schedulers.boundedElastic(), AHEAD)
              .doOnNext(this::write)
              .then(Mono.<DownloadOutcome>empty())
              .onErrorResume(UncheckedIOException.class, e -> Mono.just(failed(request, e)))
              .onErrorComplete()
              .switchIfEmpty(end);
        });
  }

  private void write(ByteBuffer bytes) {
    out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    if (out.checkError()) {
      // A stream that prints keeps to itself which of them it was.
      throw new UncheckedIOException(
          new IOException("nobody reads it any more, or its disk is full"));
    }
  }

  private static DownloadOutcome failed(DownloadRequest request, UncheckedIOException e) {
    return new DownloadOutcome.Failed(
        request,
        new FileAccess(request.uri(), Path.of("stdout"), FileAccess.Reason.IO, e.getCause()));
  }
}
