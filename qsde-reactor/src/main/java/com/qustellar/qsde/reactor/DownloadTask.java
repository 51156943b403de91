package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.internal.http.FileNames;
import com.qustellar.qsde.internal.plan.ByteRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The life of one download: admitted, run, started over at most once, wrapped up, ended.
 *
 * <p>Whatever ends it, a result, a failure or a cancellation, takes the same way out: the stream is
 * cancelled, the digest and the last write end, the file is closed, and only then the outcome is
 * told. The first to end it decides the outcome; a commit that has begun can't be cancelled any
 * more. A pause takes that way as well, but for its end.
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
  private final Path target;
  private final ProgressSampler sampler;
  private final Sinks.One<DownloadResult> outcome = Sinks.one();
  private final Sinks.Empty<Void> ended = Sinks.empty();
  private final Disposable.Swap subscription = Disposables.swap();
  private final Disposable.Swap timer = Disposables.swap();
  private volatile long startedAt;
  private volatile boolean waited;
  private final DownloadMetrics.Recording recording;
  private final ContextView context;

  // Guarded by this.
  private Stage stage = Stage.RUNNING;
  private @Nullable DownloadPipeline pipeline;
  private @Nullable PartFile file;
  private Sinks.@Nullable Empty<Void> creating;
  private boolean discarded;
  private boolean resumeAsked;
  private @Nullable Path left;
  private @Nullable Duration timeLeft;
  private @Nullable Long runningSince;

  /** Where the download goes, and what it asks for first. */
  private record Place(Targets.Kind kind, ByteRange first) {
    boolean directory() {
      return kind == Targets.Kind.DIRECTORY;
    }
  }

  /**
   * Makes a task that has not started; its signals carry the subscriber's context.
   *
   * @throws DownloadException.InvalidRequest if the request has no target
   */
  DownloadTask(NettyDownloadEngine engine, DownloadRequest request, Context subscriber) {
    Path path = request.target();
    if (path == null) {
      throw new DownloadException.InvalidRequest(
          request.uri(), null, "it has no target; only a stream can do without", null);
    }
    this.engine = engine;
    this.request = request;
    this.target = path;
    this.timeLeft = request.totalTimeout();
    Path name = path.getFileName();
    this.sampler = new ProgressSampler(request.id(), name == null ? null : name.toString());
    this.recording = engine.metrics().downloadStarted(request, subscriber);
    this.context = recording.context(subscriber);
  }

  /** Queues the download. */
  void start() {
    startedAt = System.nanoTime();
    queue();
  }

  private void queue() {
    Mono<DownloadResult> work =
        engine.admission().download(request.priority(), this::run).contextWrite(context);
    subscription.update(
        work.subscribe(
            result -> end(result, null),
            thrown ->
                end(
                    null,
                    TransportFailures.translate(
                        request.uri(), request.target(), thrown, true, false))));
  }

  private DownloadException timedOut() {
    return new DownloadException.Timeout(
        request.uri(), target, DownloadException.Timeout.Phase.TOTAL, null);
  }

  private Mono<DownloadResult> run() {
    sampler.state(DownloadState.CONNECTING);
    Duration timeout;
    synchronized (this) {
      timeout = timeLeft;
      runningSince = engine.scheduler().now(TimeUnit.NANOSECONDS);
    }
    if (timeout != null) {
      timer.update(Mono.delay(timeout, engine.scheduler()).subscribe(tick -> abort(timedOut())));
    }
    return engine
        .io()
        .call(this::look)
        .flatMap(
            place ->
                place.directory()
                    ? pass(place, false)
                    : claim(target)
                        .then(engine.io().call(() -> present(place)))
                        .flatMap(
                            present ->
                                present
                                    .map(this::alreadyPresent)
                                    .orElseGet(() -> pass(place, false))));
  }

  private Place look() {
    Targets.Kind kind = Targets.kind(request, target);
    boolean directory = kind == Targets.Kind.DIRECTORY;
    // Only a guess: the server may give the file another name.
    Path likely = directory ? target.resolve(FileNames.fromUri(request.uri())) : target;
    long longest = Targets.firstSegment(engine.limits());
    return new Place(kind, Resumption.firstGap(request, likely, longest));
  }

  /** Returns the digest of a target that is what is wanted; the look at it may be an old one. */
  private Optional<Checksum> present(Place place) {
    if (place.kind() == Targets.Kind.NOTHING && !waited) {
      Targets.checkDirectory(request, target);
      return Optional.empty();
    }
    return Targets.present(request, target, this::isDisposed);
  }

  private Mono<DownloadResult> alreadyPresent(Checksum checksum) {
    return engine
        .io()
        .call(() -> Files.size(target))
        .map(
            size ->
                new DownloadResult(
                    request.id(),
                    target,
                    size,
                    0,
                    checksum,
                    Duration.ofNanos(System.nanoTime() - startedAt),
                    0,
                    0,
                    request.uri(),
                    null,
                    Set.of(DownloadResult.Note.ALREADY_PRESENT)));
  }

  /** One pass over the file; a wrong digest, or a file that changed, gets one more. */
  private Mono<DownloadResult> pass(Place place, boolean again) {
    return Mono.defer(
        () -> {
          DownloadPipeline next =
              new DownloadPipeline(engine, this, target, place.directory(), place.first(), again);
          synchronized (this) {
            if (stage != Stage.RUNNING) {
              // Whoever ended it has cancelled this stream too: nobody listens.
              return Mono.never();
            }
            pipeline = next;
          }
          return next.run()
              .onErrorResume(
                  thrown -> {
                    if (again || !isWrong(thrown)) {
                      return Mono.error(thrown);
                    }
                    sampler.startedOver((DownloadException) thrown);
                    engine.metrics().retrying((DownloadException) thrown);
                    long longest = Targets.firstSegment(engine.limits());
                    Place anew = new Place(place.kind(), new ByteRange(0, longest));
                    return closePass(true).then(pass(anew, true));
                  });
        });
  }

  /** What is written is of no use: not for another pass, not for a later run. */
  private static boolean isWrong(@Nullable Throwable thrown) {
    return thrown instanceof DownloadException.ChecksumMismatch
        || thrown instanceof DownloadException.SourceChanged;
  }

  /** Makes the target this download's own; waits for a predecessor that is ending. */
  Mono<Void> claim(Path path) {
    return Mono.defer(
        () -> {
          DownloadTask holder;
          synchronized (this) {
            // A claim that is made after the end would never be given up.
            if (stage != Stage.RUNNING) {
              return Mono.never();
            }
            holder = engine.claim(path, this);
          }
          if (holder == this) {
            return Mono.empty();
          }
          if (holder.isDisposed()) {
            waited = true;
            return holder.ended().then(claim(path));
          }
          return Mono.error(
              new DownloadException.FileAccess(
                  request.uri(), path, DownloadException.FileAccess.Reason.IN_USE, null));
        });
  }

  /** Creates the part file on the pool; one that comes too late is closed like any other. */
  Mono<PartFile> open(Callable<PartFile> create) {
    return Mono.defer(
        () -> {
          Sinks.Empty<Void> created = Sinks.empty();
          synchronized (this) {
            if (stage != Stage.RUNNING) {
              return Mono.never();
            }
            creating = created;
          }
          return engine
              .io()
              .call(
                  () -> {
                    try {
                      PartFile opened = create.call();
                      synchronized (this) {
                        file = opened;
                      }
                      return opened;
                    } finally {
                      created.tryEmitEmpty();
                    }
                  });
        });
  }

  /** Returns whether the target may get its name now; from then on nothing cancels. */
  synchronized boolean beginCommit() {
    if (stage != Stage.RUNNING) {
      return false;
    }
    stage = Stage.COMMITTING;
    return true;
  }

  private void end(@Nullable DownloadResult result, @Nullable DownloadException failure) {
    synchronized (this) {
      if (stage != Stage.RUNNING && stage != Stage.COMMITTING) {
        return;
      }
      stage = Stage.ENDING;
    }
    boolean useless = isWrong(failure) || failure instanceof DownloadException.TooLarge;
    Mono<Void> closed = failure == null ? closePass(useless) : closeAll(useless);
    closed.onErrorComplete().subscribe(null, null, () -> ended(result, failure));
  }

  /** Lets the connections close that were cancelled, and the pass as well. */
  private Mono<Void> closeAll(boolean useless) {
    return engine.transport().settled().then(Mono.defer(() -> closePass(useless)));
  }

  /**
   * Ends the digest and the last write of the current pass, and closes its file.
   *
   * @param useless whether what is written must not be gone on with
   */
  private Mono<Void> closePass(boolean useless) {
    DownloadPipeline current;
    Sinks.Empty<Void> pending;
    synchronized (this) {
      current = pipeline;
      pending = creating;
    }
    Mono<Void> digest = current == null ? Mono.empty() : current.endDigest();
    Mono<Void> created = pending == null ? Mono.empty() : pending.asMono();
    return digest
        .then(created)
        .then(
            Mono.defer(
                () -> {
                  PartFile open;
                  boolean discard;
                  synchronized (this) {
                    // Not forgotten: who ends the download meanwhile waits for the same close.
                    open = file;
                    discard = useless || discarded;
                  }
                  if (open == null) {
                    return Mono.empty();
                  }
                  if (discard) {
                    open.discard();
                  }
                  return open.close();
                }));
  }

  private void ended(@Nullable DownloadResult result, @Nullable DownloadException failure) {
    boolean resumable;
    synchronized (this) {
      stage = Stage.ENDED;
      noteLeft();
      resumable = left != null;
    }
    timer.dispose();
    DownloadException told =
        failure instanceof DownloadException.Cancelled ? cancelled(resumable) : failure;
    engine.forget(this, sampler.ended(told));
    recording.ended(told);
    ended.tryEmitEmpty();
    engine.deliver(
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

  /** Called under the lock, when the file is closed. */
  private void noteLeft() {
    if (file != null && pipeline != null) {
      left = file.isKept() ? pipeline.target() : null;
    }
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
    return Flux.concat(
            Mono.fromSupplier(this::latest),
            engine.ticks().map(tick -> latest()).takeUntilOther(closed()),
            Mono.fromSupplier(this::latest))
        .takeUntil(progress -> progress.state().isTerminal())
        .onBackpressureLatest();
  }

  @Override
  public Mono<DownloadResult> result() {
    return outcome.asMono();
  }

  @Override
  public void pause() {
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
    synchronized (this) {
      if (stage != Stage.PAUSING) {
        return; // cancelled meanwhile
      }
      stage = Stage.PAUSED;
      noteLeft();
      pipeline = null;
      file = null;
      creating = null;
      again = resumeAsked;
    }
    sampler.state(DownloadState.PAUSED);
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
    }
    sampler.queued();
    queue();
  }

  /** Lets changed limits count at once. */
  void review() {
    DownloadPipeline current;
    synchronized (this) {
      current = pipeline;
    }
    if (current != null) {
      current.review();
    }
  }

  @Override
  public void discard() {
    synchronized (this) {
      discarded = true;
    }
    dispose();
    // It may have ended before, and kept something.
    ended().then(Mono.defer(this::deleteKept)).onErrorComplete().subscribe();
  }

  private Mono<Void> deleteKept() {
    Path kept;
    synchronized (this) {
      kept = left;
    }
    return kept == null
        ? Mono.empty()
        : engine
            .io()
            .call(
                () -> {
                  PartName.discard(engine.io(), request.uri(), kept);
                  return null;
                })
            .then();
  }

  @Override
  public Mono<Void> closed() {
    return outcome.asMono().then().onErrorComplete();
  }

  /** Completes on whatever thread ends the download, before its outcome is told. */
  Mono<Void> ended() {
    return ended.asMono();
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
