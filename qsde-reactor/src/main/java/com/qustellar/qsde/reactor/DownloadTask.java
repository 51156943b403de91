package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The life of one download: admitted, run, wrapped up, ended.
 *
 * <p>Whatever ends it, a result, a failure or a cancellation, takes the same way out: the stream is
 * cancelled, the work is closed with the last write of it, and only then the outcome is told. The
 * first to end it decides the outcome; a commit that has begun can't be cancelled any more. A pause
 * takes that way as well, but for its end.
 */
final class DownloadTask implements Download {

  private enum Stage {
    RUNNING,
    PAUSING,
    PAUSED,
    COMMITTING,
    ENDING,
    ENDED
  }

  private final NettyDownloadEngine engine;
  private final DownloadRequest request;
  private final ProgressSampler sampler;
  private final Executor delivery;
  private final Work work;
  private final Sinks.One<DownloadResult> outcome = Sinks.one();
  private final Sinks.Empty<Void> ended = Sinks.empty();
  private final Disposable.Swap subscription = Disposables.swap();
  private final Disposable.Swap timer = Disposables.swap();
  private volatile long startedAt;
  private final DownloadMetrics.Recording recording;
  private final ContextView context;

  /** The targets that are its own: the one that was asked for, or the one that was named. */
  private final List<Path> claims = new CopyOnWriteArrayList<>();

  // Guarded by this.
  private Stage stage = Stage.RUNNING;
  private boolean resumeAsked;
  private boolean discarded;
  private @Nullable Duration timeLeft;
  private @Nullable Long runningSince;

  /**
   * Makes a task that has not started; its signals carry the subscriber's context.
   *
   * @param name what its progress calls it until the server names it
   * @param delivery where its outcome is told: users' code may run there
   * @param work makes what it does
   */
  DownloadTask(
      NettyDownloadEngine engine,
      DownloadRequest request,
      @Nullable String name,
      Context subscriber,
      Executor delivery,
      Function<DownloadTask, Work> work) {
    this.engine = engine;
    this.request = request;
    Duration total = request.totalTimeout();
    this.timeLeft = total == null ? null : Waits.bounded(total);
    this.sampler = new ProgressSampler(request.id(), name);
    this.recording = engine.metrics().downloadStarted(request, subscriber);
    this.context = recording.context(subscriber);
    this.delivery = delivery;
    this.work = work.apply(this);
  }

  /** Queues the download. */
  void start() {
    startedAt = System.nanoTime();
    queue();
  }

  private void queue() {
    Disposable.Swap turn = Disposables.swap();
    synchronized (this) {
      if (stage != Stage.RUNNING) {
        return;
      }
      // Before it is subscribed to: a pause must find it, however soon it comes.
      subscription.update(turn);
    }
    Mono<DownloadResult> admitted =
        engine.admission().download(request.priority(), () -> run(turn)).contextWrite(context);
    turn.update(
        admitted
            // Not by the subscriber: one that is disposed of reports what fails behind it.
            .onErrorResume(thrown -> failed(turn, thrown))
            .subscribe(result -> end(turn, result, null)));
  }

  private Mono<DownloadResult> failed(Disposable turn, Throwable thrown) {
    URI uri = request.uri();
    end(turn, null, TransportFailures.translate(uri, request.target(), thrown, true, false));
    return Mono.empty();
  }

  private DownloadException timedOut() {
    return new DownloadException.Timeout(
        request.uri(), request.target(), DownloadException.Timeout.Phase.TOTAL, null);
  }

  private Mono<DownloadResult> run(Disposable turn) {
    synchronized (this) {
      if (stage != Stage.RUNNING || turn.isDisposed()) {
        return Mono.never(); // paused or cancelled while it was let in
      }
      sampler.connecting(System.nanoTime());
      runningSince = engine.scheduler().now(TimeUnit.NANOSECONDS);
      if (timeLeft != null) {
        timer.update(Mono.delay(timeLeft, engine.scheduler()).subscribe(tick -> abort(timedOut())));
      }
    }
    // A subscriber's onErrorContinue is for its own operators: in these it would swallow the end.
    return work.run(turn).onErrorStop();
  }

  /** What is written is of no use: not for another pass, not for a later run. */
  static boolean isWrong(@Nullable Throwable thrown) {
    return thrown instanceof DownloadException.ChecksumMismatch
        || thrown instanceof DownloadException.SourceChanged;
  }

  /**
   * Returns whether nothing has ended or paused it since the turn began, nor begun its commit.
   *
   * @param turn the one that asks: another may run by now
   */
  synchronized boolean isRunning(Disposable turn) {
    return stage == Stage.RUNNING && !turn.isDisposed();
  }

  /** Returns whether the target may get its name now; from then on nothing cancels. */
  synchronized boolean beginCommit(Disposable turn) {
    if (!isRunning(turn)) {
      return false;
    }
    stage = Stage.COMMITTING;
    return true;
  }

  private void end(
      Disposable turn, @Nullable DownloadResult result, @Nullable DownloadException failure) {
    synchronized (this) {
      if (turn.isDisposed() || (stage != Stage.RUNNING && stage != Stage.COMMITTING)) {
        return;
      }
      stage = Stage.ENDING;
    }
    boolean useless = isWrong(failure) || failure instanceof DownloadException.TooLarge;
    Mono<Void> closed = failure == null ? work.close(useless) : closeAll(useless);
    closed.onErrorComplete().subscribe(null, null, () -> ended(result, failure));
  }

  /** Lets the connections close that were cancelled, and what else the work holds. */
  private Mono<Void> closeAll(boolean useless) {
    return engine.transport().settled().then(Mono.defer(() -> work.close(useless)));
  }

  /** It is closed. What was kept before a discard came is deleted first. */
  private void ended(@Nullable DownloadResult result, @Nullable DownloadException failure) {
    boolean resumable = work.closed();
    boolean unwanted;
    synchronized (this) {
      unwanted = resumable && discarded;
      stage = Stage.ENDED;
    }
    if (unwanted) {
      work.deleteKept().onErrorComplete().subscribe(null, null, () -> tell(result, failure, false));
    } else {
      tell(result, failure, resumable);
    }
  }

  private void tell(
      @Nullable DownloadResult result, @Nullable DownloadException failure, boolean resumable) {
    timer.dispose();
    DownloadException told =
        failure instanceof DownloadException.Cancelled ? cancelled(resumable) : failure;
    engine.forget(this, sampler.ended(told));
    recording.ended(told);
    ended.tryEmitEmpty();
    delivery.execute(
        () -> {
          if (told != null) {
            engine.outcomeSink().tell(Outcomes.failed(request, told));
            outcome.tryEmitError(told);
          } else if (result != null) {
            engine.outcomeSink().tell(new DownloadOutcome.Completed(request, result));
            outcome.tryEmitValue(result);
          }
        });
  }

  private DownloadException.Cancelled cancelled(boolean resumable) {
    return new DownloadException.Cancelled(request.uri(), request.target(), resumable, null);
  }

  @Override
  public void dispose() {
    abort(cancelled(false));
  }

  private void abort(DownloadException why) {
    synchronized (this) {
      if (stage != Stage.RUNNING && stage != Stage.PAUSING && stage != Stage.PAUSED) {
        return;
      }
      stage = Stage.ENDING;
    }
    subscription.dispose();
    closeAll(false).onErrorComplete().subscribe(null, null, () -> ended(null, why));
  }

  @Override
  public synchronized boolean isDisposed() {
    return stage == Stage.ENDING || stage == Stage.ENDED;
  }

  @Override
  public String id() {
    return request.id();
  }

  @Override
  public DownloadRequest request() {
    return request;
  }

  @Override
  public Progress latest() {
    return sampler.snapshot(System.nanoTime());
  }

  @Override
  public Flux<Progress> progress() {
    return Told.to(
        Flux.concat(
                Mono.fromSupplier(this::latest),
                engine.ticks().map(tick -> latest()).takeUntilOther(closed()),
                Mono.fromSupplier(this::latest))
            .takeUntil(progress -> progress.state().isTerminal())
            .onBackpressureLatest());
  }

  @Override
  public Mono<DownloadResult> result() {
    return Told.to(outcome.asMono());
  }

  @Override
  public void pause() {
    if (!work.isPausable()) {
      return;
    }
    synchronized (this) {
      resumeAsked = false;
      if (stage != Stage.RUNNING) {
        return;
      }
      stage = Stage.PAUSING;
      if (timeLeft != null && runningSince != null) {
        long ran = engine.scheduler().now(TimeUnit.NANOSECONDS) - runningSince;
        timeLeft = timeLeft.minusNanos(ran);
      }
    }
    timer.update(Disposables.disposed());
    subscription.update(Disposables.disposed());
    closeAll(false).onErrorComplete().subscribe(null, null, this::paused);
  }

  private void paused() {
    boolean again;
    // Before it can run again.
    work.closed();
    synchronized (this) {
      if (stage != Stage.PAUSING) {
        return; // cancelled meanwhile
      }
      stage = Stage.PAUSED;
      sampler.state(DownloadState.PAUSED);
      again = resumeAsked;
    }
    if (again) {
      resume();
    }
  }

  @Override
  public void resume() {
    synchronized (this) {
      resumeAsked = true;
      if (stage != Stage.PAUSED) {
        return;
      }
      stage = Stage.RUNNING;
      runningSince = null;
      sampler.queued();
    }
    queue();
  }

  /** Lets changed limits count at once. */
  void review() {
    work.review();
  }

  @Override
  public void discard() {
    boolean over;
    synchronized (this) {
      discarded = true;
      over = stage == Stage.ENDED;
    }
    work.discard();
    if (over) {
      work.deleteKept().onErrorComplete().subscribe();
    } else {
      dispose();
    }
  }

  @Override
  public Mono<Void> closed() {
    return Told.to(outcome.asMono().then().onErrorComplete());
  }

  /** Returns whether its target is free soon: it ends, or is just getting its name. */
  synchronized boolean isEnding() {
    return stage == Stage.COMMITTING || stage == Stage.ENDING || stage == Stage.ENDED;
  }

  /** Completes on whatever thread ends the download, before its outcome is told. */
  Mono<Void> ended() {
    return ended.asMono();
  }

  /** The target is its own until its end. */
  void claimed(Path target) {
    claims.add(target);
  }

  List<Path> claims() {
    return claims;
  }

  ProgressSampler sampler() {
    return sampler;
  }

  long startedAt() {
    return startedAt;
  }

  @Override
  public String toString() {
    return "Download[" + Objects.toString(latest()) + "]";
  }
}
