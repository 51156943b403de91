package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.Source;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Where a download with a {@link Source} asks first, and where it asks again when that has expired.
 * Segments that find it expired at the same time ask the source once.
 */
final class Whereabouts {

  private final NettyDownloadEngine engine;
  private final DownloadRequest request;
  private final Supplier<? extends CompletionStage<Source>> supplier;

  // Guarded by this.
  private @Nullable Source current;
  private @Nullable Mono<Source> asking;

  Whereabouts(
      NettyDownloadEngine engine,
      DownloadRequest request,
      Supplier<? extends CompletionStage<Source>> supplier) {
    this.engine = engine;
    this.request = request;
    this.supplier = supplier;
  }

  /** Returns what the source named last, null before it has. */
  synchronized @Nullable Source current() {
    return current;
  }

  /** Returns what the source has named, or names now. */
  Mono<Source> known(Duration patience) {
    return ask(null, patience);
  }

  /** Asks the source again, unless somebody has since this was what it had named. */
  Mono<Source> anew(@Nullable Source expired, Duration patience) {
    return ask(expired, patience);
  }

  private Mono<Source> ask(@Nullable Source expired, Duration patience) {
    return Mono.defer(
        () -> {
          synchronized (this) {
            // Looked at here, as it may just have been named, by the answer to another's question.
            Source last = current;
            if (last != null && !last.equals(expired)) {
              return Mono.just(last);
            }
            if (asking == null) {
              // It may block, whatever it was told; and wait for the engine, so not on its threads.
              asking =
                  Mono.fromCallable(this::stage)
                      .subscribeOn(Schedulers.boundedElastic())
                      .flatMap(Mono::fromCompletionStage)
                      .timeout(Waits.bounded(patience), engine.scheduler())
                      .switchIfEmpty(Mono.error(() -> new IllegalStateException("it named none")))
                      .onErrorMap(this::unavailable)
                      .doOnNext(this::named)
                      // Before it is told: who tries again at once must not hear the same failure.
                      .doOnTerminate(this::asked)
                      .cache();
            }
            return asking;
          }
        });
  }

  /** Reactor tells nobody of an error of the JVM that is thrown, a linkage error say. */
  private @Nullable CompletionStage<Source> stage() {
    try {
      return supplier.get();
    } catch (Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private Throwable unavailable(Throwable thrown) {
    URI uri = request.uri();
    return new DownloadException.SourceUnavailable(uri, request.target(), thrown);
  }

  private synchronized void named(Source source) {
    current = source;
  }

  private synchronized void asked() {
    asking = null;
  }
}
