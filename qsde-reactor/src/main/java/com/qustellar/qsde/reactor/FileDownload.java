package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.internal.http.FileNames;
import com.qustellar.qsde.internal.plan.ByteRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * The work of a download into a file: a look at what is there, one pass over the file, and one more
 * where the first has brought what must not be used.
 */
final class FileDownload implements Work {

  private static final OptionalInt NONE = OptionalInt.empty();

  private final NettyDownloadEngine engine;
  private final DownloadTask task;
  private final DownloadRequest request;
  private final Path target;
  private final Suspects suspects;
  private volatile boolean waited;

  // Guarded by this. What is set while the task runs is seen by the close that follows its end.
  private @Nullable DownloadPipeline pipeline;
  private @Nullable PartFile file;
  private Sinks.@Nullable Empty<Void> acting;
  private boolean discarded;
  private @Nullable Path left;

  /**
   * Where the download goes, and what it asks for first.
   *
   * @param likely the file, which in a directory the server may name otherwise
   * @param untouched whether no earlier run has left anything of it
   */
  private record Place(Targets.Kind kind, Path likely, boolean untouched, ByteRange first) {
    boolean directory() {
      return kind == Targets.Kind.DIRECTORY;
    }
  }

  FileDownload(NettyDownloadEngine engine, DownloadTask task, Path target) {
    this.engine = engine;
    this.task = task;
    this.request = task.request();
    this.target = target;
    this.suspects = new Suspects(1 + request.mirrors().size());
  }

  @Override
  public Mono<DownloadResult> run() {
    return engine
        .io()
        .call(this::look)
        .flatMap(
            place ->
                place.directory()
                    ? fetch(place)
                    : claim(target).then(Mono.defer(() -> claimed(place))));
  }

  /** The look at the target may be an old one by now. */
  private Mono<DownloadResult> claimed(Place place) {
    if (place.kind() == Targets.Kind.NOTHING && !waited) {
      // Where it was looked at, so this may block.
      Targets.checkDirectory(request, target);
      return fetch(place);
    }
    return read(ended -> Targets.present(request, target, ended))
        .flatMap(present -> present.map(this::alreadyPresent).orElseGet(() -> fetch(place)));
  }

  private Mono<DownloadResult> fetch(Place place) {
    Pass first = Pass.first(place.first());
    // A digest that is expected and that the target has not was looked for already.
    boolean conditional = request.ifNewer() && (place.directory() || request.checksum() == null);
    return conditional
        ? read(ended -> PresentFile.find(request, place.likely(), ended))
            .flatMap(present -> pass(place, present.orElse(null), first))
        : pass(place, null, first);
  }

  /** Calls what may read a whole file: no further than to a cancel, which a pause is as well. */
  private <T> Mono<T> read(Function<BooleanSupplier, T> function) {
    return Mono.using(
        AtomicBoolean::new,
        ended -> engine.io().call(() -> function.apply(ended::get)),
        ended -> ended.set(true));
  }

  private Place look() {
    Targets.Kind kind = Targets.kind(request, target);
    boolean directory = kind == Targets.Kind.DIRECTORY;
    Path likely = directory ? target.resolve(FileNames.fromUri(request.uri())) : target;
    long longest = Targets.firstSegment(engine.limits());
    boolean untouched = !JournalFile.exists(likely);
    ByteRange first =
        untouched || !request.resume()
            ? new ByteRange(0, longest)
            : Resumption.firstGap(likely, longest);
    return new Place(kind, likely, untouched, first);
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
                    Duration.ofNanos(System.nanoTime() - task.startedAt()),
                    0,
                    0,
                    request.uri(),
                    null,
                    Set.of(DownloadResult.Note.ALREADY_PRESENT)));
  }

  /** One pass over the file, and another where it has brought what must not be used. */
  private Mono<DownloadResult> pass(Place place, @Nullable PresentFile present, Pass pass) {
    return Mono.defer(
        () -> {
          DownloadPipeline next =
              new DownloadPipeline(
                  engine,
                  task,
                  this,
                  target,
                  place.directory(),
                  place.untouched() ? place.likely() : null,
                  present,
                  pass);
          synchronized (this) {
            if (!task.isRunning()) {
              // Whoever ended it has cancelled this stream too: nobody listens.
              return Mono.never();
            }
            pipeline = next;
          }
          return next.run()
              .onErrorResume(
                  DownloadException.class,
                  failure ->
                      after(failure, pass, next)
                          .map(
                              following -> {
                                task.sampler().startedOver(failure);
                                engine.metrics().retrying(failure);
                                return close(true).then(pass(place, null, following));
                              })
                          .orElseGet(() -> Mono.error(failure)));
        });
  }

  /**
   * Returns the pass that follows one that has failed, if any: past the caches after a change, and
   * from the next mirror alone after a wrong digest, or where the one that was asked first may have
   * had another file than all others.
   */
  private Optional<Pass> after(DownloadException failure, Pass pass, DownloadPipeline failed) {
    if (pass.anew() && request.mirrors().isEmpty()) {
      return Optional.empty();
    }
    boolean alone = pass.only().isPresent();
    if (failure instanceof DownloadException.ChecksumMismatch mismatch) {
      return alone(suspects.next(mismatch.actual(), alone ? NONE : failed.sole()));
    }
    boolean wrong = DownloadTask.isWrong(failure);
    boolean answered = wrong || failure instanceof DownloadException.HttpStatus;
    boolean itsOwn = answered || Mirrors.isOfAMirror(failure);
    // Where only the network is away, what has come is kept for a later run.
    boolean doubted =
        (answered || !failure.retryable())
            && request.checksum() != null
            && failed.isFirstToBeDoubted();
    if (itsOwn && (alone || doubted)) {
      return alone(suspects.next(null, alone ? NONE : failed.sole()));
    }
    return wrong && !pass.anew() ? Optional.of(Pass.again(first())) : Optional.empty();
  }

  private Optional<Pass> alone(OptionalInt mirror) {
    return mirror.isPresent()
        ? Optional.of(Pass.alone(first(), mirror.getAsInt()))
        : Optional.empty();
  }

  private ByteRange first() {
    return new ByteRange(0, Targets.firstSegment(engine.limits()));
  }

  /** Makes the target this download's own; waits for a predecessor that is ending. */
  Mono<Void> claim(Path path) {
    return Mono.defer(
        () -> {
          DownloadTask holder;
          synchronized (this) {
            // A claim that is made after the end would never be given up.
            if (!task.isRunning()) {
              return Mono.never();
            }
            holder = engine.claim(path, task);
          }
          if (holder == task) {
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
    return act(
        () -> {
          PartFile opened = create.call();
          synchronized (this) {
            file = opened;
          }
          return opened;
        });
  }

  /** Calls a function on the pool that the close of this waits for; one at a time. */
  <T> Mono<T> act(Callable<T> function) {
    return Mono.defer(
        () -> {
          Sinks.Empty<Void> done = Sinks.empty();
          synchronized (this) {
            if (!task.isRunning()) {
              return Mono.never();
            }
            acting = done;
          }
          return engine
              .io()
              .call(
                  () -> {
                    try {
                      return function.call();
                    } finally {
                      done.tryEmitEmpty();
                    }
                  });
        });
  }

  @Override
  public void review() {
    DownloadPipeline current;
    synchronized (this) {
      current = pipeline;
    }
    if (current != null) {
      current.review();
    }
  }

  /** Ends the digest and the last write of the current pass, and closes its file. */
  @Override
  public Mono<Void> close(boolean useless) {
    DownloadPipeline current;
    Sinks.Empty<Void> pending;
    synchronized (this) {
      current = pipeline;
      pending = acting;
    }
    Mono<Void> digest = current == null ? Mono.empty() : current.endDraft();
    Mono<Void> acted = pending == null ? Mono.empty() : pending.asMono();
    return acted.then(digest).then(Mono.defer(() -> closeFile(useless)));
  }

  private Mono<Void> closeFile(boolean useless) {
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
  }

  @Override
  public synchronized boolean closed() {
    if (file != null && pipeline != null) {
      left = file.isKept() ? pipeline.target() : null;
    }
    pipeline = null;
    file = null;
    acting = null;
    return left != null;
  }

  @Override
  public boolean isPausable() {
    return true;
  }

  @Override
  public synchronized void discard() {
    discarded = true;
  }

  @Override
  public Mono<Void> deleteKept() {
    Path kept;
    synchronized (this) {
      kept = left;
    }
    if (kept == null) {
      return Mono.empty();
    }
    Callable<@Nullable Void> delete =
        () -> {
          PartName.discard(request.uri(), kept);
          return null;
        };
    return engine
        .io()
        .<Void>call(delete)
        // The engine has ended, and its threads with it.
        .onErrorResume(
            RejectedExecutionException.class,
            ended -> Mono.fromCallable(delete).subscribeOn(Schedulers.boundedElastic()));
  }
}
