package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What an engine tells of the ends of downloads, whoever began them. */
class OutcomesTest extends EngineTestBase {

  private DownloadRequest to(String name, String path) {
    return DownloadRequest.of(origin.uri(path), dir.resolve(name)).withId(name);
  }

  @Test
  void everyEndIsToldWhateverBeganIt() {
    origin.serve("/file", Body.random(1, 100));
    origin.on("/missing").answer(Reply.status(404));
    origin.serve("/stuck", Body.random(1, 100));
    CountDownLatch never = new CountDownLatch(1);
    origin.on("/stuck").answer(reply -> reply.stallAfter(10, never));

    StepVerifier.create(engine.outcomes().map(OutcomesTest::describe))
        .then(() -> engine.download(to("a", "/file")).block(LIMIT))
        .expectNext("Completed a")
        .then(() -> engine.progress(to("b", "/file")).blockLast(LIMIT))
        .expectNext("Completed b")
        .then(() -> engine.downloadAll(Flux.just(to("c", "/missing"))).blockLast(LIMIT))
        .expectNext("Failed c")
        .then(() -> engine.submit(to("d", "/stuck")).dispose())
        .expectNext("Cancelled d")
        .then(
            () -> {
              engine.submit(to("e", "/stuck"));
              engine.close();
            })
        .expectNext("Cancelled e")
        .expectComplete()
        .verify(LIMIT);
    never.countDown();
  }

  /** It may be ended as soon as it is listed, by whoever closes the engine meanwhile. */
  @Test
  void whatEndsWhileItIsStillBeingBegunIsTold() {
    CompletableFuture<List<String>> heard =
        engine.outcomes().map(OutcomesTest::describe).collectList().toFuture();
    Thread submitter = Thread.currentThread();
    AtomicReference<CompletableFuture<Void>> closing = new AtomicReference<>();
    Hooks.onEachOperator(
        "closing",
        operator -> {
          if (Thread.currentThread() == submitter
              && closing.get() == null
              && !engine.downloads().isEmpty()) {
            closing.set(new CompletableFuture<>());
            Mono<Void> told = engine.downloads().get(0).closed();
            engine.closeLater().subscribe(null, null, () -> closing.get().complete(null));
            told.block(LIMIT);
          }
          return operator;
        });
    try {
      engine.submit(to("a", "/file"));
    } finally {
      Hooks.resetOnEachOperator("closing");
    }
    assertThat(closing.get()).succeedsWithin(LIMIT);
    assertThat(heard).succeedsWithin(LIMIT).isEqualTo(List.of("Cancelled a"));
  }

  private StepVerifier.Step<DownloadOutcome> withoutDemandWhileTwentyEnd() {
    origin.serve("/file", Body.random(1, 100));
    return StepVerifier.create(engine.outcomes(), 0)
        .then(
            () ->
                engine
                    .downloadAll(Flux.range(0, 20).map(i -> to("f" + i, "/file")))
                    .blockLast(LIMIT));
  }

  @Test
  void aSlowSubscriberMissesNothing() {
    withoutDemandWhileTwentyEnd().thenRequest(20).expectNextCount(20).thenCancel().verify(LIMIT);
  }

  @Test
  void aSlowSubscriberHearsOfAllBeforeTheEnd() {
    withoutDemandWhileTwentyEnd()
        .then(engine::close)
        .thenRequest(20)
        .expectNextCount(20)
        .expectComplete()
        .verify(LIMIT);
  }

  @Test
  void anErrorOfOneSubscriberKeepsNothingFromTheOthers() {
    origin.serve("/file", Body.random(1, 100));
    engine
        .outcomes()
        .subscribe(
            outcome -> {
              throw new LinkageError("of the subscriber");
            });
    List<String> heard = new CopyOnWriteArrayList<>();
    engine.outcomes().map(OutcomesTest::describe).subscribe(heard::add);
    engine.download(to("a", "/file")).block(LIMIT);
    engine.download(to("b", "/file")).block(LIMIT);
    engine.closeLater().block(LIMIT);
    assertThat(heard).containsExactly("Completed a", "Completed b");
  }

  @Test
  void anOutcomeComesBeforeTheDownloadsOwnSubscribersHear() {
    origin.serve("/file", Body.random(1, 100));
    List<String> order = new CopyOnWriteArrayList<>();
    engine.outcomes().subscribe(outcome -> order.add("outcome"));
    engine.download(to("a", "/file")).doOnNext(result -> order.add("result")).block(LIMIT);
    assertThat(order).containsExactly("outcome", "result");
  }

  private static String describe(DownloadOutcome outcome) {
    return outcome.getClass().getSimpleName() + " " + outcome.request().id();
  }
}
