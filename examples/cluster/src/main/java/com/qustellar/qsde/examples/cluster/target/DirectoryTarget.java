package com.qustellar.qsde.examples.cluster.target;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.job.Rules;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A directory that workers share, of one machine or of many over a network file system with hard
 * links.
 *
 * <p>Each delivery downloads into a file of its own ({@link WorkFolder}), goes on from a copy of
 * what an earlier one has left, and commits by a hard link onto the target, which fails where that
 * is there: the first whole file wins, and nothing that wakes up late can change it.
 *
 * <p>A target that is there is right where it has the expected digest; of a request without one,
 * where it has the expected length, or, without one, that which the origin names. What a delivery
 * has fetched in vain is compared with it byte by byte.
 */
public final class DirectoryTarget implements TargetStore {

  private final Path root;
  private final DownloadEngine engine;

  private DirectoryTarget(Path root, DownloadEngine engine) {
    this.root = root;
    this.engine = engine;
  }

  /**
   * Opens a directory, which is made if it is missing. Blocks.
   *
   * @param directory that no target is outside of
   * @param engine what downloads
   * @throws IOException if it can't be written to, or has no hard links; the message says so
   */
  public static DirectoryTarget open(Path directory, DownloadEngine engine) throws IOException {
    Files.createDirectories(directory);
    Path root = directory.toRealPath();
    Path probe = Files.createTempFile(root, ".qsde", null);
    Path link = root.resolve(".qsde-" + UUID.randomUUID());
    try {
      Files.createLink(link, probe);
    } catch (UnsupportedOperationException | IOException e) {
      throw new IOException(
          directory + " has no hard links, without which no target can appear just once", e);
    } finally {
      Files.deleteIfExists(probe);
      Files.deleteIfExists(link);
    }
    return new DirectoryTarget(root, engine);
  }

  @Override
  public boolean accepts(String target) {
    return !Rules.hasScheme(target);
  }

  @Override
  public Mono<Stored> store(Job job, DownloadRequest request) {
    return blocking(job.uri(), null, () -> place(job, true))
        .flatMap(target -> new Run(job, request, target).run());
  }

  @Override
  public Mono<Void> discard(Job job) {
    return blocking(
        job.uri(),
        null,
        () -> {
          new WorkFolder(place(job, false), job).discard();
          return null;
        });
  }

  /** Returns where the target is to stand; its directories are made, none of which is a link. */
  private Path place(Job job, boolean make) throws IOException {
    List<String> names;
    Path place = root;
    try {
      names = Rules.names(job.target());
      for (String name : names.subList(0, names.size() - 1)) {
        place = place.resolve(name);
        if (make) {
          WorkFolder.makeDirectory(place);
        } else if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
          throw new NoSuchFileException(place.toString());
        }
      }
      return place.resolve(names.get(names.size() - 1));
    } catch (IllegalArgumentException e) {
      throw new FileAccess(job.uri(), Path.of("refused"), Reason.NAME_REFUSED, e);
    } catch (FileAlreadyExistsException e) {
      Reason reason = Files.isSymbolicLink(place) ? Reason.SYMBOLIC_LINK : Reason.NO_DIRECTORY;
      throw new FileAccess(job.uri(), place, reason, e);
    }
  }

  private static <T> Mono<T> blocking(
      URI uri, @Nullable Path target, Callable<? extends @Nullable T> work) {
    return Mono.<T>fromCallable(work)
        .subscribeOn(Schedulers.boundedElastic())
        .onErrorMap(
            e -> e instanceof IOException || e instanceof UncheckedIOException,
            e -> new FileAccess(uri, target == null ? Path.of("") : target, Reason.IO, e));
  }

  /** A download into a delivery's own file. */
  private record Begun(Path own, Download download) {}

  /** One delivery. */
  private final class Run {
    private final Job job;
    private final DownloadRequest request;
    private final Path target;
    private final WorkFolder folder;

    Run(Job job, DownloadRequest request, Path target) {
      this.job = job;
      this.request = request;
      this.target = target;
      this.folder = new WorkFolder(target, job);
    }

    Mono<Stored> run() {
      return work(this::isThere).flatMap(there -> there ? check() : fetch());
    }

    private <T> Mono<T> work(Callable<? extends @Nullable T> work) {
      return blocking(job.uri(), target, work);
    }

    private boolean isThere() {
      return Files.exists(target, LinkOption.NOFOLLOW_LINKS);
    }

    // ---- the target is there

    private Mono<Stored> check() {
      if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
        return Mono.error(failure(Reason.EXISTS, null));
      }
      Checksum expected = request.checksum();
      Mono<Stored> right = expected == null ? checkLength() : checkDigest(expected);
      return right.flatMap(stored -> clear().thenReturn(stored));
    }

    private Mono<Stored> checkDigest(Checksum expected) {
      return work(
          () -> {
            if (!expected.equals(Digests.of(target, expected.algorithm()))) {
              throw failure(Reason.EXISTS, null);
            }
            return new Stored(Files.size(target), 0, expected, true, 0);
          });
    }

    private Mono<Stored> checkLength() {
      OptionalLong expected = request.totalBytes();
      return (expected.isPresent() ? Mono.just(expected) : askLength())
          .flatMap(
              total ->
                  work(
                      () -> {
                        long length = Files.size(target);
                        if (total.orElse(length) != length) {
                          throw failure(Reason.EXISTS, null);
                        }
                        return new Stored(length, 0, null, true, 0);
                      }));
    }

    private Mono<OptionalLong> askLength() {
      return Flux.defer(
              () ->
                  engine.<OptionalLong>stream(
                      request, (info, bytes) -> Mono.just(info.totalBytes())))
          .next();
    }

    // ---- the target is not there

    private Mono<Stored> fetch() {
      return Mono.usingWhen(
              begin(),
              begun -> begun.download().result().flatMap(result -> commit(begun.own(), result)),
              begun -> Mono.empty(),
              (begun, failure) -> end(begun),
              this::end)
          .onErrorResume(DownloadException.class, this::checkAfter);
    }

    /** One that is cancelled while it takes over comes to an end of that, and ends then. */
    private Mono<Begun> begin() {
      AtomicBoolean cancelled = new AtomicBoolean();
      Mono<Begun> begun =
          work(() -> {
                Path own = folder.enter();
                folder.takeOver(own, cancelled::get);
                return new Begun(own, engine.submit(request.withTarget(own)));
              })
              .cache();
      return begun.doOnCancel(
          () -> {
            cancelled.set(true);
            begun.flatMap(this::end).onErrorComplete().subscribe();
          });
    }

    private Mono<Stored> commit(Path own, DownloadResult result) {
      return work(() -> {
            boolean late = false;
            try {
              Files.createLink(target, own);
            } catch (FileAlreadyExistsException e) {
              late = true;
              if (Files.isSymbolicLink(target) || Files.mismatch(target, own) >= 0) {
                throw failure(Reason.EXISTS, e);
              }
            } catch (NoSuchFileException e) {
              throw failure(Reason.LOST, e);
            }
            return new Stored(
                result.bytes(),
                result.bytes() - result.resumedBytes(),
                result.checksum(),
                late,
                result.retries());
          })
          .flatMap(stored -> clear().thenReturn(stored));
    }

    /** Another delivery has won meanwhile, perhaps, and cleared what this one was writing. */
    private Mono<Stored> checkAfter(DownloadException failure) {
      return work(this::isThere)
          .flatMap(
              there ->
                  there && !isOther(failure)
                      ? check().onErrorMap(unused -> failure)
                      : Mono.error(mended(failure)));
    }

    private static boolean isOther(DownloadException failure) {
      return failure instanceof DownloadException.Cancelled
          || (failure instanceof FileAccess access && access.reason() == Reason.EXISTS);
    }

    /** The folder was there a moment ago: another delivery was the last to leave it. */
    private DownloadException mended(DownloadException failure) {
      return failure instanceof FileAccess access && access.reason() == Reason.NO_DIRECTORY
          ? failure(Reason.LOST, failure)
          : failure;
    }

    private FileAccess failure(Reason reason, @Nullable Throwable cause) {
      return new FileAccess(job.uri(), target, reason, cause);
    }

    // ---- what is left

    /**
     * What a delivery that was cancelled, or failed, keeps is of no use where the target is. That
     * is looked at when it writes no more: whoever has made the target may have cleared before.
     */
    private Mono<Void> end(Begun begun) {
      return Mono.defer(
          () -> {
            begun.download().dispose();
            return begun
                .download()
                .closed()
                .then(work(this::isThere))
                .flatMap(there -> there ? clear() : exit(begun.own()))
                .onErrorComplete();
          });
    }

    private Mono<Void> exit(Path own) {
      return work(
          () -> {
            folder.exit(own);
            return null;
          });
    }

    /** The target stands whole: what can't be deleted does not undo that. */
    private Mono<Void> clear() {
      return this.<Void>work(
              () -> {
                folder.clear();
                return null;
              })
          .onErrorComplete();
    }
  }
}
