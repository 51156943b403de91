package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.Unexpected;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/**
 * What users' code throws, errors of the JVM among it, which Reactor does not tell as it tells
 * others: the download ends, whoever waits for it hears, and the engine goes on.
 */
@KeepsPartFiles
class MisbehavingCodeTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 4 * SEGMENT);

  /** Reactor writes to its log what it takes for the end of the JVM, and so on threads that may. */
  @BeforeEach
  void tellWhereLogsMayBeWritten() {
    use(builder().scheduler(Schedulers.boundedElastic()));
  }

  static Stream<Throwable> thrown() {
    return Stream.of(
        new StackOverflowError("on purpose"),
        new NoClassDefFoundError("on purpose"),
        new AssertionError("on purpose"),
        new IllegalStateException("on purpose"));
  }

  /** Throws an error; an exception is the caller's to throw. */
  private static RuntimeException raised(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return (RuntimeException) thrown;
  }

  private static <T> Function<T, Object> throwing(Throwable thrown) {
    return given -> {
      throw raised(thrown);
    };
  }

  /** Reactor wraps what is no runtime exception, for who blocks. */
  private static void assertTold(Throwable thrown, ThrowingCallable waiting) {
    assertThat(Exceptions.unwrap(catchThrowable(waiting))).isSameAs(thrown);
  }

  private DownloadRequest source() {
    origin.serve("/file", BODY);
    return DownloadRequest.of(origin.uri("/file"));
  }

  /** The file comes as far as it takes to be under way, and no further. */
  private void neverEnds() {
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(1000, never));
  }

  private DownloadRequest numbered(int n) {
    return DownloadRequest.of(origin.uri("/file"), dir.resolve("f" + n));
  }

  /** Nothing is left of what misbehaved, and others are served. */
  @AfterEach
  void theEngineGoesOn() throws IOException {
    await(() -> engine.downloads().isEmpty());
    origin.serve("/well", BODY);
    engine.download(DownloadRequest.of(origin.uri("/well"), dir.resolve("well"))).block(LIMIT);
    assertHolds(dir.resolve("well"), BODY);
  }

  // ---- what an engine or a request is given

  @ParameterizedTest
  @MethodSource("thrown")
  void aConditionOfThePolicyThatThrowsEndsTheDownload(Throwable thrown) {
    origin.on("/file").answer(Reply.status(503));
    DownloadRequest request =
        request("/file")
            .withRetryPolicy(
                QUICK.withRetryIf(
                    failure -> {
                      throw raised(thrown);
                    }));
    assertThat(failure(Unexpected.class, request)).hasCause(thrown);
    assertThat(origin.requests()).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aConditionThatThrowsForALaterSegmentEndsTheDownload(Throwable thrown) {
    origin.serve("/file", BODY);
    origin.on("/file").where(request -> asked(request).start() > 0).answer(Reply.status(503));
    DownloadRequest request =
        request("/file")
            .withRetryPolicy(
                QUICK.withRetryIf(
                    failure -> {
                      throw raised(thrown);
                    }));
    assertThat(failure(Unexpected.class, request)).hasCause(thrown);
  }

  /** What was to be judged stands under what has judged it. */
  @Test
  void theFailureThatAConditionWasAskedAboutIsNotLost() {
    origin.on("/file").answer(Reply.status(503));
    DownloadRequest request =
        request("/file")
            .withRetryPolicy(
                QUICK.withRetryIf(
                    failure -> {
                      throw raised(new StackOverflowError());
                    }));
    assertThat(failure(Unexpected.class, request).getSuppressed())
        .hasAtLeastOneElementOfType(DownloadException.HttpStatus.class);
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aSourceThatThrowsEndsTheDownload(Throwable thrown) {
    DownloadRequest request =
        request("/file")
            .withSource(
                () -> {
                  throw raised(thrown);
                })
            .withRetryPolicy(QUICK.withMaxAttempts(2));
    assertThat(failure(DownloadException.SourceUnavailable.class, request)).hasCause(thrown);
  }

  @Test
  void aRecorderOfMetricsMayGiveNothing() throws IOException {
    origin.serve("/file", BODY);
    use(builder().metrics(new GivesNothing()));
    get(request("/file"));
    assertHolds(target(), BODY);
    engine.close();
    use(builder());
  }

  /** As one does that was made by a tool for tests. */
  @SuppressWarnings("NullAway")
  private static final class GivesNothing implements DownloadMetrics {
    @Override
    public Disposable observe(Gauges engine) {
      return null;
    }

    @Override
    public Recording downloadStarted(DownloadRequest request, Context subscriber) {
      return new Recording() {
        @Override
        public Context context(Context known) {
          return null;
        }
      };
    }
  }

  // ---- subscribers

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
                .doOnNext(
                    progress -> {
                      if (ticks.incrementAndGet() > 2) {
                        throw raised(thrown);
                      }
                    })
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
        .doOnNext(
            progress -> {
              if (mine.incrementAndGet() > 1) {
                throw raised(thrown);
              }
            })
        .subscribe(progress -> {}, failure -> {});
    engine
        .progress()
        .doOnNext(
            progress -> {
              if (mine.get() > 1) {
                throw raised(thrown);
              }
            })
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

  // ---- streams

  @ParameterizedTest
  @MethodSource("thrown")
  void aSubscriberOfAStreamHearsWhatItHasThrown(Throwable thrown) {
    DownloadRequest request = source();
    assertTold(thrown, () -> engine.stream(request).map(throwing(thrown)).blockLast(LIMIT));
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aMapperOfAStreamThatThrowsEndsIt(Throwable thrown) {
    DownloadRequest request = source();
    assertTold(
        thrown,
        () ->
            engine.stream(
                    request,
                    (info, body) -> {
                      throw raised(thrown);
                    })
                .blockLast(LIMIT));
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void whatAMapperHasMadeMayThrowAsWell(Throwable thrown) {
    DownloadRequest request = source();
    List<Flux<Object>> all =
        List.of(
            engine.stream(request, (info, body) -> body.map(throwing(thrown))),
            engine.stream(
                request,
                (info, body) ->
                    Flux.defer(
                        () -> {
                          throw raised(thrown);
                        })),
            engine.stream(
                request,
                (info, body) ->
                    subscriber -> {
                      throw raised(thrown);
                    }),
            engine.stream(
                request,
                (info, body) ->
                    body.doOnSubscribe(
                        s -> {
                          throw raised(thrown);
                        })),
            engine.stream(
                request,
                (info, body) ->
                    Flux.generate(
                        sink -> {
                          throw raised(thrown);
                        })));
    for (Flux<Object> stream : all) {
      assertTold(thrown, () -> stream.blockLast(LIMIT));
      await(() -> engine.downloads().isEmpty());
    }
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aStreamEndsWhoseSubscriberThrowsBeforeItsFirstByte(Throwable thrown) {
    DownloadRequest request = source();
    AtomicReference<Throwable> told = new AtomicReference<>();
    Throwable atOnce =
        catchThrowable(
            () ->
                engine.stream(request)
                    .subscribe(
                        new BaseSubscriber<>() {
                          @Override
                          protected void hookOnSubscribe(Subscription subscription) {
                            throw raised(thrown);
                          }

                          @Override
                          protected void hookOnError(Throwable failure) {
                            told.set(failure);
                          }
                        }));
    assertThat(atOnce == null ? told.get() : atOnce).isSameAs(thrown);
    await(() -> engine.downloads().isEmpty());
  }

  // ---- schedulers

  /** A scheduler that throws what it must not where it is to do something later. */
  private static final class Failing implements Scheduler {
    private final Scheduler real = Schedulers.boundedElastic();
    private final Throwable thrown;
    private volatile boolean fails;

    Failing(Throwable thrown) {
      this.thrown = thrown;
    }

    private void check() {
      if (fails) {
        throw raised(thrown);
      }
    }

    @Override
    public Disposable schedule(Runnable task) {
      check();
      return real.schedule(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
      check();
      return real.schedule(task, delay, unit);
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long delay, long period, TimeUnit unit) {
      check();
      return real.schedulePeriodically(task, delay, period, unit);
    }

    @Override
    public Worker createWorker() {
      return real.createWorker();
    }
  }

  static Stream<Throwable> thrownByASchedulers() {
    return Stream.concat(thrown(), Stream.of(new RejectedExecutionException("on purpose")));
  }

  @ParameterizedTest
  @MethodSource("thrownByASchedulers")
  void aSchedulerThatThrowsKeepsNoDownloadFromItsEnd(Throwable thrown) throws IOException {
    Failing scheduler = new Failing(thrown);
    use(builder().scheduler(scheduler));
    origin.serve("/file", BODY);
    origin.on("/busy").answer(Reply.status(503));
    scheduler.fails = true;
    for (String path : List.of("/file", "/busy")) {
      Mono<DownloadResult> result =
          engine.download(request(path).withOverwrite(true)).onErrorComplete();
      result.block(LIMIT);
      Flux<?> progress = engine.progress(request(path).withOverwrite(true)).onErrorComplete();
      progress.blockLast(LIMIT);
      engine.stream(DownloadRequest.of(origin.uri(path))).onErrorComplete().blockLast(LIMIT);
    }
    scheduler.fails = false;
    get(request("/file").withOverwrite(true));
    assertHolds(target(), BODY);
  }

  @Test
  void aDownloadEndsWithTheProgressThatASchedulerFails() {
    Failing scheduler = new Failing(new RejectedExecutionException("on purpose"));
    use(builder().scheduler(scheduler));
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(1000, never));
    scheduler.fails = true;
    engine.progress(request("/file")).onErrorComplete().blockLast(LIMIT);
    scheduler.fails = false;
    await(() -> engine.downloads().isEmpty());
  }

  @Test
  void aSchedulerThatFailsOnceKeepsNoWatchFromLaterDownloads() {
    Failing scheduler = new Failing(new RejectedExecutionException("on purpose"));
    use(builder().scheduler(scheduler));
    engine.updateNetwork(settings -> settings.withStallTimeout(Duration.ofMillis(500)));
    origin.serve("/file", BODY);
    scheduler.fails = true;
    engine.download(request("/file").withOverwrite(true)).onErrorComplete().block(LIMIT);
    scheduler.fails = false;
    CountDownLatch never = new CountDownLatch(1);
    origin.on("/file").answer(reply -> reply.stallAfter(1000, never));
    failure(
        DownloadException.Timeout.class,
        request("/file").withOverwrite(true).withRetryPolicy(QUICK.withMaxAttempts(1)));
  }
}
