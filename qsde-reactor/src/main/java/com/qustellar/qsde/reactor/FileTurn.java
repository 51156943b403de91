package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One turn of a download into a file, up to a pause or the end, and what it holds.
 *
 * <p>Not all that a turn has begun is cancelled with it: a thread may stand still between two
 * steps, or wait for a predecessor. Whatever such a one still does is of its own turn, and nothing
 * begins any more once that is over.
 */
final class FileTurn {

  private final NettyDownloadEngine engine;
  private final DownloadTask task;
  private final Disposable turn;
  private volatile boolean waited;

  // Guarded by this. What is set while the turn lasts is seen by the close that follows it.
  private @Nullable DownloadPipeline pipeline;
  private @Nullable PartFile file;
  private Sinks.@Nullable Empty<Void> acting;

  /**
   * Begins one.
   *
   * @param turn disposed of when it is over
   */
  FileTurn(NettyDownloadEngine engine, DownloadTask task, Disposable turn) {
    this.engine = engine;
    this.task = task;
    this.turn = turn;
  }

  boolean isRunning() {
    return task.isRunning(turn);
  }

  boolean beginCommit() {
    return task.beginCommit(turn);
  }

  /** Returns whether a claim has had to wait, so that what was seen before may be an old one. */
  boolean hasWaited() {
    return waited;
  }

  /** A pass begins; returns whether it still may. */
  synchronized boolean begin(DownloadPipeline next) {
    if (!isRunning()) {
      return false;
    }
    pipeline = next;
    return true;
  }

  /** Makes the target this download's own, then goes on; waits for a predecessor that is ending. */
  <T> Mono<T> claim(Path path, Supplier<Mono<T>> then) {
    try {
      return claimed(path, then);
    } catch (Error e) {
      // A provider of file systems is others' code, and Reactor tells nobody of what the JVM
      // throws.
      return Mono.error(FileFailures.translate(task.request().uri(), path, e));
    }
  }

  private <T> Mono<T> claimed(Path path, Supplier<Mono<T>> then) {
    DownloadTask holder;
    synchronized (this) {
      // A claim that is made after the end would never be given up.
      if (!isRunning()) {
        return Mono.never();
      }
      holder = engine.claim(path, task);
    }
    if (holder == task) {
      return then.get();
    }
    if (holder.isEnding()) {
      waited = true;
      return holder.ended().then(Mono.defer(() -> claim(path, then)));
    }
    return Mono.error(
        new DownloadException.FileAccess(
            task.request().uri(), path, DownloadException.FileAccess.Reason.IN_USE, null));
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

  /** Calls a function on the pool that the close waits for, with what follows; one at a time. */
  <T> Mono<T> act(Callable<T> function) {
    return Mono.defer(
        () -> {
          Sinks.Empty<Void> done = Sinks.empty();
          synchronized (this) {
            if (!isRunning()) {
              return Mono.never();
            }
            acting = done;
          }
          return engine.io().call(function, done::tryEmitEmpty);
        });
  }

  /** Returns where the file is, as far as the current pass knows. */
  URI uri() {
    DownloadPipeline current;
    synchronized (this) {
      current = pipeline;
    }
    return current == null ? task.request().uri() : current.uri();
  }

  void review() {
    DownloadPipeline current;
    synchronized (this) {
      current = pipeline;
    }
    if (current != null) {
      current.review();
    }
  }

  /** Gives up all that has come, for another pass. */
  Mono<Void> startOver(DownloadException why) {
    return Mono.defer(
        () -> {
          synchronized (this) {
            if (!isRunning()) {
              return Mono.never();
            }
            task.sampler().startedOver(why, System.nanoTime());
          }
          return close(() -> true);
        });
  }

  /**
   * Ends the digest and the last write of the current pass, and closes its file.
   *
   * @param useless whether nothing must stay for a later run; asked when nothing is written any
   *     more
   */
  Mono<Void> close(BooleanSupplier useless) {
    DownloadPipeline current;
    Sinks.Empty<Void> pending;
    synchronized (this) {
      current = pipeline;
      pending = acting;
    }
    Mono<Void> digest = current == null ? Mono.empty() : current.endDraft();
    Mono<Void> acted = pending == null ? Mono.empty() : pending.asMono();
    return acted.then(digest).then(Mono.defer(() -> closeFile(useless.getAsBoolean())));
  }

  private Mono<Void> closeFile(boolean useless) {
    PartFile open;
    synchronized (this) {
      // Not forgotten: who ends the download meanwhile waits for the same close.
      open = file;
    }
    if (open == null) {
      return Mono.empty();
    }
    if (useless) {
      open.discard();
    }
    return open.close();
  }

  /**
   * Returns what stays for a later run, once this is closed; null if nothing does.
   *
   * @param before what an earlier turn has left, which stays where this one has opened nothing
   */
  synchronized @Nullable Leftover left(@Nullable Leftover before) {
    return file == null ? before : file.left();
  }
}
