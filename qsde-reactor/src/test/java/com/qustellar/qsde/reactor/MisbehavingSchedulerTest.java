package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** A scheduler throws what it must not: downloads end all the same, and later ones are served. */
@KeepsPartFiles
class MisbehavingSchedulerTest extends MisbehavingCodeTestBase {

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
    neverEnds();
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
    neverEnds();
    failure(
        DownloadException.Timeout.class,
        request("/file").withOverwrite(true).withRetryPolicy(QUICK.withMaxAttempts(1)));
  }
}
