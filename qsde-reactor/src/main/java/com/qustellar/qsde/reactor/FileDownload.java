package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.internal.http.FileNames;
import com.qustellar.qsde.internal.plan.ByteRange;
import java.net.URI;
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
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
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

  // Made when a pass has failed; passes follow each other.
  private @Nullable Suspects suspects;

  // Guarded by this. What is set while the task runs is seen by the close that follows its end.
  private @Nullable FileTurn current;
  private boolean discarded;
  private @Nullable Leftover left;

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
  }

  @Override
  public Mono<DownloadResult> run(Disposable subscription) {
    FileTurn turn = new FileTurn(engine, task, subscription);
    synchronized (this) {
      if (!turn.isRunning()) {
        return Mono.never();
      }
      current = turn;
    }
    return engine
        .io()
        .call(this::look)
        .flatMap(
            place ->
                place.directory()
                    ? fetch(turn, place)
                        .onErrorResume(FileAccess.class, thrown -> taken(turn, thrown))
                    : turn.claim(target, () -> claimed(turn, place)))
        // Only file systems throw anything else: what is of the network has been told by now.
        .onErrorMap(thrown -> FileFailures.translate(request.uri(), target, thrown));
  }

  /** The look at the target may be an old one by now. */
  private Mono<DownloadResult> claimed(FileTurn turn, Place place) {
    if (place.kind() == Targets.Kind.NOTHING && !turn.hasWaited()) {
      // Where it was looked at, so this may block.
      Targets.checkDirectory(request, target);
      return fetch(turn, place);
    }
    return read(ended -> Targets.present(request, target, ended))
        .flatMap(
            present ->
                present
                    .map(checksum -> alreadyPresent(target, checksum, request.uri()))
                    .orElseGet(() -> fetch(turn, place)));
  }

  /** In a directory only the server's answer tells the name, which a good file may have. */
  private Mono<DownloadResult> taken(FileTurn turn, FileAccess failure) {
    Path file = failure.target();
    if (failure.reason() != FileAccess.Reason.EXISTS
        || file == null
        || request.checksum() == null) {
      return Mono.error(failure);
    }
    return read(ended -> Targets.present(request, file, ended))
        .flatMap(
            present ->
                present
                    .map(
                        checksum ->
                            // Of what has come for it nothing is of use any more.
                            turn.close(() -> true).then(alreadyPresent(file, checksum, turn.uri())))
                    .orElseGet(() -> Mono.error(failure)));
  }

  private Mono<DownloadResult> fetch(FileTurn turn, Place place) {
    Pass first = Pass.first(place.first());
    // A digest that is expected and that the target has not was looked for already.
    boolean conditional = request.ifNewer() && (place.directory() || request.checksum() == null);
    return conditional
        ? read(ended -> PresentFile.find(request, place.likely(), ended))
            .flatMap(present -> pass(turn, place, present.orElse(null), first))
        : pass(turn, place, null, first);
  }

  /** Calls what may read a whole file: no further than to a cancel, which a pause is as well. */
  private <T> Mono<T> read(Function<BooleanSupplier, T> function) {
    return Mono.using(
        AtomicBoolean::new,
        ended -> engine.io().call(() -> function.apply(ended::get)),
        ended -> ended.set(true));
  }

  private Place look() {
    Targets.Kind kind = Targets.kind(target);
    boolean directory = kind == Targets.Kind.DIRECTORY;
    Path likely =
        directory ? Targets.in(request, target, FileNames.fromUri(request.uri())) : target;
    long longest = Targets.firstSegment(engine.limits());
    boolean untouched = !JournalFile.exists(likely);
    ByteRange first =
        untouched || !request.resume()
            ? new ByteRange(0, longest)
            : Resumption.firstGap(likely, longest);
    return new Place(kind, likely, untouched, first);
  }

  private Mono<DownloadResult> alreadyPresent(Path file, Checksum checksum, URI uri) {
    return engine
        .io()
        .call(() -> Files.size(file))
        .map(
            size ->
                new DownloadResult(
                    request.id(),
                    file,
                    size,
                    0,
                    checksum,
                    Duration.ofNanos(System.nanoTime() - task.startedAt()),
                    task.sampler().retries(),
                    0,
                    uri,
                    null,
                    Set.of(DownloadResult.Note.ALREADY_PRESENT)));
  }

  /** One pass over the file, and another where it has brought what must not be used. */
  private Mono<DownloadResult> pass(
      FileTurn turn, Place place, @Nullable PresentFile present, Pass pass) {
    DownloadPipeline next =
        new DownloadPipeline(
            engine,
            task,
            turn,
            target,
            place.directory(),
            place.untouched() ? place.likely() : null,
            present,
            pass);
    if (!turn.begin(next)) {
      // Whoever ended it has cancelled this stream too: nobody listens.
      return Mono.never();
    }
    return next.run()
        .onErrorResume(
            DownloadException.class,
            failure ->
                after(failure, pass, next)
                    .map(following -> again(turn, place, failure, following))
                    .orElseGet(() -> Mono.error(failure)));
  }

  private Mono<DownloadResult> again(
      FileTurn turn, Place place, DownloadException why, Pass following) {
    engine.metrics().retrying(why);
    return turn.startOver(why)
        .then(Mono.defer(() -> pass(turn, place, null, following)))
        // What a pass has failed of tells why the next one was needed.
        .doOnError(failure -> FailureTree.add(failure, why));
  }

  /**
   * Returns the pass that follows one that has failed, if any: past the caches after a change, and
   * from the next mirror alone after a wrong digest or length, or where the one that was asked
   * first may have had another file than all others.
   */
  private Optional<Pass> after(DownloadException failure, Pass pass, DownloadPipeline failed) {
    if (pass.anew() && request.mirrors().isEmpty()) {
      return Optional.empty();
    }
    boolean alone = pass.only().isPresent();
    if (failure instanceof DownloadException.ChecksumMismatch mismatch) {
      return alone(suspects().next(mismatch.actual(), alone ? NONE : failed.sole()));
    }
    boolean wrong = DownloadTask.isWrong(failure);
    boolean answered = wrong || failure instanceof DownloadException.HttpStatus;
    boolean itsOwn = answered || Mirrors.isOfAMirror(failure);
    // Where only the network is away, what has come is kept for a later run.
    boolean doubted =
        failed.isOfOtherLength()
            || ((answered || !failure.retryable())
                && request.checksum() != null
                && failed.isFirstToBeDoubted());
    if (itsOwn && (alone || doubted)) {
      return alone(suspects().next(null, alone ? NONE : failed.sole()));
    }
    return wrong && !pass.anew() ? Optional.of(Pass.again(first())) : Optional.empty();
  }

  private Suspects suspects() {
    Suspects known = suspects;
    if (known == null) {
      known = new Suspects(1 + request.mirrors().size());
      suspects = known;
    }
    return known;
  }

  private Optional<Pass> alone(OptionalInt mirror) {
    return mirror.isPresent()
        ? Optional.of(Pass.alone(first(), mirror.getAsInt()))
        : Optional.empty();
  }

  private ByteRange first() {
    return new ByteRange(0, Targets.firstSegment(engine.limits()));
  }

  @Override
  public void review() {
    FileTurn turn = turn();
    if (turn != null) {
      turn.review();
    }
  }

  @Override
  public Mono<Void> close(boolean useless) {
    FileTurn turn = turn();
    return turn == null ? Mono.empty() : turn.close(() -> useless || isDiscarded());
  }

  private synchronized @Nullable FileTurn turn() {
    return current;
  }

  private synchronized boolean isDiscarded() {
    return discarded;
  }

  @Override
  public synchronized boolean closed() {
    if (current != null) {
      left = current.left(left);
    }
    current = null;
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
    Leftover kept;
    synchronized (this) {
      kept = left;
    }
    if (kept == null) {
      return Mono.empty();
    }
    Callable<@Nullable Void> delete =
        () -> {
          kept.delete(request.uri());
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
