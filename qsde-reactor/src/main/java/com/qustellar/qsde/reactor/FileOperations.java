package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The operations on one part file, each of them counted: who is about to close it lets no more
 * begin, and hears when the last one has ended.
 */
final class FileOperations {

  private final IoPool io;
  private final URI uri;
  private final Path target;
  private final Sinks.Empty<Void> ended = Sinks.empty();

  // Guarded by this.
  private int inFlight;
  private boolean closing;

  /**
   * Makes it of a file on which nothing is under way.
   *
   * @param uri the one that failures name
   * @param target the one that failures name
   */
  FileOperations(IoPool io, URI uri, Path target) {
    this.io = io;
    this.uri = uri;
    this.target = target;
  }

  /** Returns whether an operation may begin, which has to {@link #end} then. */
  synchronized boolean begin() {
    if (closing) {
      return false;
    }
    inFlight++;
    return true;
  }

  /** One that has begun has ended. */
  void end() {
    boolean last;
    synchronized (this) {
      last = --inFlight == 0 && closing;
    }
    if (last) {
      ended.tryEmitEmpty();
    }
  }

  /** Calls a function on the pool, as one operation. */
  <T> Mono<T> call(Callable<? extends @Nullable T> function) {
    return Mono.defer(
        () -> {
          if (!begin()) {
            return Mono.error(closed());
          }
          return io.<T>call(
                  () -> {
                    try {
                      return function.call();
                    } finally {
                      end();
                    }
                  })
              .onErrorMap(thrown -> failure(thrown, 0));
        });
  }

  /** Lets no new one begin. */
  void close() {
    boolean now;
    synchronized (this) {
      closing = true;
      now = inFlight == 0;
    }
    if (now) {
      ended.tryEmitEmpty();
    }
  }

  /** Completes once this is closed and all have ended. */
  Mono<Void> ended() {
    return ended.asMono();
  }

  // ---- how they fail

  /**
   * Tells what something thrown means for the download of this file.
   *
   * @param needed the bytes that were to be written
   */
  DownloadException failure(Throwable thrown, long needed) {
    return FileFailures.translate(uri, target, thrown, needed);
  }

  /** Returns the failure of one that comes too late. */
  DownloadException closed() {
    return lost(new ClosedChannelException());
  }

  /** Returns the failure of one that finds another file than was written. */
  DownloadException lost(@Nullable IOException cause) {
    return new FileAccess(uri, target, Reason.LOST, cause);
  }
}
