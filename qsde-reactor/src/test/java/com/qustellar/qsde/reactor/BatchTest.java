package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Many downloads from one source of requests. */
class BatchTest extends EngineTestBase {

  private static final Body SMALL = Body.of("small");

  private DownloadRequest request(int n) {
    return DownloadRequest.of(origin.uri("/" + n), dir.resolve("f" + n));
  }

  private Flux<DownloadRequest> requests(int count) {
    return Flux.range(0, count).map(this::request);
  }

  private void serveAll() {
    origin.onEvery((request, reply) -> Reply.status(200).body(SMALL));
  }

  @Test
  void everyRequestGetsOneOutcomeAndAFailureEndsNothing() throws IOException {
    serveAll();
    origin.on("/3").answer(Reply.status(404));
    List<DownloadRequest> list = new ArrayList<>();
    for (int n = 0; n < 40; n++) {
      list.add(request(n));
    }
    list.add(DownloadRequest.of(origin.uri("/none")));

    List<DownloadOutcome> outcomes =
        engine.downloadAll(Flux.fromIterable(list)).collectList().block(LIMIT);

    assertThat(outcomes)
        .extracting(DownloadOutcome::request)
        .containsExactlyInAnyOrderElementsOf(list);
    assertThat(outcomes)
        .filteredOn(DownloadOutcome.Failed.class::isInstance)
        .extracting(
            outcome -> ((DownloadOutcome.Failed) outcome).error().getClass().getSimpleName())
        .containsExactlyInAnyOrder("HttpStatus", "InvalidRequest");
    for (int n = 0; n < 40; n++) {
      if (n != 3) {
        assertHolds(dir.resolve("f" + n), SMALL);
      }
    }
  }

  @Test
  void cancelAllEndsIt() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    use(builder().limits(limits().withMaxConcurrentDownloads(4)));
    origin.onEvery((request, reply) -> Reply.status(200).body(SMALL).stallAfter(1, held));
    CompletableFuture<List<DownloadOutcome>> all =
        engine.downloadAll(requests(1000)).collectList().toFuture();
    await(() -> origin.requests().size() >= 4);

    engine.cancelAll();

    assertThat(all.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
        .hasSizeBetween(4, 4 + Batch.AHEAD + 2)
        .allMatch(DownloadOutcome.Cancelled.class::isInstance);
    held.countDown();
    serveAll();
    assertThat(engine.downloadAll(requests(1)).blockLast(LIMIT))
        .isInstanceOf(DownloadOutcome.Completed.class);
  }

  @Test
  void theSummaryCounts() {
    serveAll();
    origin.on("/1").answer(Reply.status(404));
    DownloadSummary summary =
        engine.downloadAll(requests(5)).collect(DownloadSummary.collector()).block(LIMIT);
    assertThat(summary.completed()).isEqualTo(4);
    assertThat(summary.failed()).isOne();
    assertThat(summary.cancelled()).isZero();
    assertThat(summary.bytes()).isEqualTo(4 * SMALL.length());
    assertThat(summary.elapsed()).isPositive();
  }

  @Test
  void aSourceWithoutAnEndIsReadAsFarAsThereIsRoom() {
    CountDownLatch go = new CountDownLatch(1);
    use(builder().limits(limits().withMaxConcurrentDownloads(2)));
    origin.onEvery((request, reply) -> Reply.status(200).body(SMALL).delayedUntil(go));
    AtomicLong read = new AtomicLong();
    Flux<DownloadRequest> endless =
        Flux.<DownloadRequest, Integer>generate(
            () -> 0,
            (n, sink) -> {
              read.incrementAndGet();
              sink.next(request(n));
              return n + 1;
            });

    // Two more are between the source and the queue.
    int most = 2 + Batch.AHEAD + 2;
    StepVerifier.create(engine.downloadAll(endless), 3)
        .then(() -> origin.await(() -> origin.requests().size() == 2))
        .then(() -> assertThat(read).hasValueLessThanOrEqualTo(most))
        .then(go::countDown)
        .expectNextCount(3)
        .then(() -> await(() -> engine.progress().blockFirst(LIMIT).active() == 0))
        .then(() -> assertThat(read).hasValueLessThanOrEqualTo(3 + most))
        .thenRequest(5)
        .expectNextCount(5)
        .thenCancel()
        .verify(LIMIT);
    await(() -> engine.downloads().isEmpty());
  }

  @Test
  void aRaisedLimitStartsMore() {
    CountDownLatch go = new CountDownLatch(1);
    use(builder().limits(limits().withMaxConcurrentDownloads(1).withConnectionsPerHost(64)));
    origin.onEvery((request, reply) -> Reply.status(200).body(SMALL).delayedUntil(go));
    Mono<List<DownloadOutcome>> all = engine.downloadAll(requests(40)).collectList().cache();
    all.subscribe();
    origin.await(() -> origin.requests().size() == 1);
    engine.updateLimits(limits -> limits.withMaxConcurrentDownloads(30));
    origin.await(() -> origin.requests().size() == 30);
    engine.updateLimits(limits -> limits.withMaxConcurrentDownloads(1));
    go.countDown();
    assertThat(all.block(LIMIT)).hasSize(40);
  }

  @Test
  void cancellingCancelsWhatRunsAndWhatWaits() {
    CountDownLatch never = new CountDownLatch(1);
    use(builder().limits(limits().withMaxConcurrentDownloads(3)));
    origin.onEvery((request, reply) -> Reply.status(200).body(SMALL).delayedUntil(never));
    List<Download> all = new ArrayList<>();
    StepVerifier.create(engine.downloadAll(requests(100)))
        .then(() -> origin.await(() -> origin.requests().size() == 3))
        .then(() -> all.addAll(engine.downloads()))
        .thenCancel()
        .verify(LIMIT);
    await(() -> engine.downloads().isEmpty());
    assertThat(all)
        .hasSizeGreaterThan(3)
        .allMatch(download -> download.latest().state() == DownloadState.CANCELLED);
    assertDirectoryHolds();
  }

  @Test
  void oneThatIsCancelledIsAnOutcome() {
    CountDownLatch never = new CountDownLatch(1);
    serveAll();
    origin.on("/1").answer(reply -> reply.delayedUntil(never));
    Mono<List<DownloadOutcome>> all = engine.downloadAll(requests(3)).collectList().cache();
    all.subscribe();
    origin.await(() -> origin.requests().size() == 3);
    await(() -> engine.downloads().size() == 1);
    engine.downloads().get(0).dispose();
    assertThat(all.block(LIMIT))
        .filteredOn(DownloadOutcome.Cancelled.class::isInstance)
        .extracting(outcome -> outcome.request().uri())
        .containsExactly(origin.uri("/1"));
  }

  @Test
  void aFailureOfTheSourceComesAfterTheLastOutcome() {
    serveAll();
    Flux<DownloadRequest> broken =
        requests(20).concatWith(Flux.error(new IllegalStateException("the list ends here")));
    StepVerifier.create(engine.downloadAll(broken))
        .expectNextCount(20)
        .expectErrorMessage("the list ends here")
        .verify(LIMIT);
  }

  /** It is over at the first, having more of them than the batch has room for. */
  @Test
  void aSourceThatGivesNullHasFailed() {
    serveAll();
    Publisher<DownloadRequest> source =
        subscriber ->
            subscriber.onSubscribe(
                new Subscription() {
                  private int given;

                  @Override
                  public void request(long count) {
                    for (long i = 0; i < count; i++) {
                      subscriber.onNext(given++ < 3 ? BatchTest.this.request(given) : null);
                    }
                  }

                  @Override
                  public void cancel() {}
                });
    StepVerifier.create(engine.downloadAll(source))
        .expectNextCount(3)
        .expectError(NullPointerException.class)
        .verify(LIMIT);
  }

  @Test
  void anEngineThatIsClosedEndsTheBatch() {
    CountDownLatch never = new CountDownLatch(1);
    origin.onEvery((request, reply) -> Reply.status(200).body(SMALL).delayedUntil(never));
    Mono<List<DownloadOutcome>> all =
        engine
            .downloadAll(Flux.range(0, Integer.MAX_VALUE).map(this::request))
            .collectList()
            .cache();
    all.subscribe();
    origin.await(() -> !origin.requests().isEmpty());
    engine.closeLater().block(LIMIT);
    assertThat(all.block(LIMIT)).isNotEmpty().allMatch(DownloadOutcome.Cancelled.class::isInstance);
  }

  @Test
  void anEngineThatWaitsForItsEndTakesNothingMoreFromTheSource() {
    CountDownLatch go = new CountDownLatch(1);
    origin.onEvery((request, reply) -> Reply.status(200).body(SMALL).delayedUntil(go));
    use(builder().limits(limits().withMaxConcurrentDownloads(1)));
    AtomicLong taken = new AtomicLong();
    Mono<List<DownloadOutcome>> all =
        engine
            .downloadAll(requests(1000).doOnNext(request -> taken.incrementAndGet()))
            .collectList()
            .cache();
    all.subscribe();
    origin.await(() -> !origin.requests().isEmpty());
    long before = taken.get();
    Mono<Void> closed = engine.closeLater(LIMIT).cache();
    closed.subscribe();
    assertThat(engine.downloadAll(requests(5)).collectList().block(LIMIT)).isEmpty();
    go.countDown();
    closed.block(LIMIT);
    assertThat(all.block(LIMIT)).hasSize((int) before);
    assertThat(taken).hasValue(before);
  }

  @Test
  void twoOntoOneTargetAreOneAndAFailure() {
    CountDownLatch go = new CountDownLatch(1);
    origin.onEvery((request, reply) -> Reply.status(200).body(SMALL).delayedUntil(go));
    Mono<List<DownloadOutcome>> all =
        engine.downloadAll(Flux.just(request(1), request(1))).collectList().cache();
    all.subscribe();
    await(() -> engine.downloads().size() == 1 && !origin.requests().isEmpty());
    go.countDown();
    List<DownloadOutcome> outcomes = all.block(LIMIT);
    assertThat(outcomes).filteredOn(DownloadOutcome.Completed.class::isInstance).hasSize(1);
    assertThat(outcomes)
        .filteredOn(DownloadOutcome.Failed.class::isInstance)
        .singleElement()
        .extracting(outcome -> ((DownloadOutcome.Failed) outcome).error())
        .isInstanceOfSatisfying(
            DownloadException.FileAccess.class,
            failure ->
                assertThat(failure.reason()).isEqualTo(DownloadException.FileAccess.Reason.IN_USE));
  }

  @Test
  void thousandsAtOnceAllComplete() {
    serveAll();
    use(builder().limits(limits().withMaxConcurrentDownloads(64).withConnectionsPerHost(64)));
    List<DownloadRequest> list = IntStream.range(0, 3000).mapToObj(this::request).toList();
    DownloadSummary summary =
        engine
            .downloadAll(Flux.fromIterable(list))
            .collect(DownloadSummary.collector())
            .block(LIMIT.multipliedBy(3));
    assertThat(summary.completed()).isEqualTo(3000);
    assertThat(origin.acceptedConnections()).isLessThanOrEqualTo(64 * 2);
  }
}
