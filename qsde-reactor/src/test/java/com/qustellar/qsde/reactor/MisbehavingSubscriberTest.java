package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Who hears of downloads throws: it hears of that, and others of all that they wait for. */
@KeepsPartFiles
class MisbehavingSubscriberTest extends MisbehavingCodeTestBase {

  private static <T> Consumer<T> throwing(Throwable thrown, BooleanSupplier when) {
    return given -> {
      if (when.getAsBoolean()) {
        throw raised(thrown);
      }
    };
  }

  private DownloadRequest numbered(int n) {
    return DownloadRequest.of(origin.uri("/file"), dir.resolve("f" + n));
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aSubscriberOfAResultHearsWhatItHasThrown(Throwable thrown) throws IOException {
    origin.serve("/file", BODY);
    assertTold(thrown, () -> engine.download(request("/file")).map(throwing(thrown)).block(LIMIT));
    assertHolds(target(), BODY);
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void oneSubscriberOfAHandleKeepsNothingFromTheOthers(Throwable thrown) {
    CountDownLatch go = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(1000, go));
    Download download = engine.submit(request("/file").withConnections(1));
    Mono<Object> failing = download.result().map(throwing(thrown)).cache();
    failing.subscribe(result -> {}, failure -> {});
    Mono<DownloadResult> result = download.result().cache();
    result.subscribe();
    Mono<Void> closed = download.closed().cache();
    closed.subscribe();
    go.countDown();
    assertThat(result.block(LIMIT)).isNotNull();
    closed.block(LIMIT);
    assertTold(thrown, () -> failing.block(LIMIT));
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aSubscriberOfProgressHearsWhatItHasThrown(Throwable thrown) {
    neverEnds();
    AtomicInteger ticks = new AtomicInteger();
    assertTold(
        thrown,
        () ->
            engine
                .progress(request("/file"))
                .doOnNext(throwing(thrown, () -> ticks.incrementAndGet() > 2))
                .blockLast(LIMIT));
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void theProgressOfOthersGoesOn(Throwable thrown) {
    neverEnds();
    Download download = engine.submit(request("/file"));
    AtomicInteger mine = new AtomicInteger();
    download
        .progress()
        .doOnNext(throwing(thrown, () -> mine.incrementAndGet() > 1))
        .subscribe(progress -> {}, failure -> {});
    engine
        .progress()
        .doOnNext(throwing(thrown, () -> mine.get() > 1))
        .subscribe(progress -> {}, failure -> {});
    assertThat(download.progress().take(5).count().block(LIMIT)).isEqualTo(5);
    assertThat(engine.progress().take(5).count().block(LIMIT)).isEqualTo(5);
    download.dispose();
    assertThat(download.progress().blockLast(LIMIT).state()).isEqualTo(DownloadState.CANCELLED);
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void oneSubscriberOfTheCloseKeepsNothingFromTheOthers(Throwable thrown) {
    neverEnds();
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().bytesReceived() > 0);
    engine.closeLater().materialize().map(throwing(thrown)).subscribe(end -> {}, failure -> {});
    engine.closeLater().block(LIMIT);
    use(builder());
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aSubscriberOfABatchHearsWhatItHasThrown(Throwable thrown) {
    origin.serve("/file", BODY);
    assertTold(
        thrown,
        () ->
            engine
                .downloadAll(Flux.range(0, 30).map(this::numbered))
                .map(throwing(thrown))
                .blockLast(LIMIT));
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aSubscriberOfOutcomesHearsWhatItHasThrown(Throwable thrown) {
    origin.serve("/file", BODY);
    Mono<Object> failing = engine.outcomes().map(throwing(thrown)).next().cache();
    failing.subscribe(outcome -> {}, failure -> {});
    get(request("/file"));
    assertTold(thrown, () -> failing.block(LIMIT));
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void theSourceOfABatchTellsWhatItHasThrown(Throwable thrown) {
    origin.serve("/file", BODY);
    AtomicInteger ended = new AtomicInteger();
    int last = engine.limits().maxConcurrentDownloads() + Batch.AHEAD + 3;
    assertTold(
        thrown,
        () ->
            engine
                .downloadAll(
                    Flux.range(0, 100)
                        .map(
                            n -> {
                              if (n == last) {
                                throw raised(thrown);
                              }
                              return numbered(n);
                            }))
                .doOnNext(outcome -> ended.incrementAndGet())
                .blockLast(LIMIT));
    assertThat(ended).hasValue(last);
  }
}
