package com.qustellar.qsde.reactor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;

/**
 * A file of the downloads that failed, one JSON object a line, to try just those again.
 *
 * <pre>{@code
 * FailureLog log = FailureLog.open(Path.of("failures.jsonl"));
 * engine.downloadAll(requests).flatMap(log::record)…
 * engine.downloadAll(FailureLog.read(Path.of("failures.jsonl")))…
 * }</pre>
 *
 * <p>A line is forced to the disk before the outcome is passed on: whoever has heard of a failure
 * finds it after a crash. A line that a crash has torn is skipped when the file is read, and what
 * is appended behind it stands on a line of its own. Failures that arrive together are forced
 * together.
 *
 * <p>A line has the fields {@code time}, {@code id}, {@code uri}, {@code file}, {@code error} (the
 * simple name of the {@link DownloadException}), {@code message} and {@code retryable}, and what
 * the request sets otherwise than by default: mirrors, checksum, sizes, priority and the like. Not
 * its retry policy, its network settings and its source, which belong to a program. The URI is
 * whole, as nothing could be retried without its query, so the file is for its owner only (mode
 * 0600 where the file system has modes); the message shows the URI redacted. Header fields, where
 * credentials stand, are left out unless {@link #withHeaders} asks for them.
 *
 * <p>Safe from any thread. The file is opened anew for each write: there is nothing to close, and
 * it may be moved away. Several processes may append to it.
 */
public final class FailureLog {

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final Path file;
  private final boolean headers;
  private final Appender appender;

  private FailureLog(Path file, boolean headers, Appender appender) {
    this.file = file;
    this.headers = headers;
    this.appender = appender;
  }

  /**
   * Opens a log to append to; creates the file where there is none. Blocks.
   *
   * @param file the file; for its owner only from now on
   * @return a log without header fields
   * @throws IOException if it can be neither created nor written
   */
  public static FailureLog open(Path file) throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] mode =
        posix
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
            : new FileAttribute<?>[0];
    try {
      Files.createFile(file, mode);
      if (posix) {
        // The name of a new file is on the disk once its directory is.
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent())) {
          directory.force(true);
        }
      }
    } catch (FileAlreadyExistsException there) {
      if (posix && Files.isRegularFile(file)) {
        Files.setPosixFilePermissions(file, OWNER_ONLY);
      }
    }
    FileChannel.open(file, StandardOpenOption.APPEND).close();
    return new FailureLog(file, false, new Appender(file));
  }

  /** {@return this log, which writes header fields as well, with all the secrets in them} */
  public FailureLog withHeaders() {
    return new FailureLog(file, true, appender);
  }

  /** {@return the file} */
  public Path file() {
    return file;
  }

  /**
   * Records an outcome if it is a failure, when subscribed to; emits it afterwards.
   *
   * @param outcome any outcome; those that are no failures pass
   * @return the outcome, a failure on a thread that may block, any other at once, on the thread
   *     that subscribes; an {@link UncheckedIOException} if it could not be written, after which
   *     the next one is tried all the same
   */
  public Mono<DownloadOutcome> record(DownloadOutcome outcome) {
    return outcome instanceof DownloadOutcome.Failed failed
        ? Told.to(
            Mono.defer(() -> appender.append(FailureLine.of(failed, headers))).thenReturn(outcome))
        : Mono.just(outcome);
  }

  /**
   * Reads the requests of a log again, each URI and target once, which are kept in memory for that.
   * The file is read when this is subscribed to, on a thread that may block, as far as there is
   * demand.
   *
   * @param file a file that a log has written
   * @return the requests in their order, without what the log did not keep; an {@link
   *     UncheckedIOException} if the file can't be read, a {@link DownloadException.InvalidRequest}
   *     where somebody has made a request invalid
   */
  public static Flux<DownloadRequest> read(Path file) {
    return once(readAll(file));
  }

  /**
   * Reads the requests of a log from a pipe, say, as {@link #read(Path)} does from a file.
   *
   * @param lines what a log has written; it is read once, as far as there is demand, and not closed
   * @return the requests in their order, each URI and target once, with the errors of {@link
   *     #read(Path)}
   */
  public static Flux<DownloadRequest> read(InputStream lines) {
    return once(readAll(lines));
  }

  private static Flux<DownloadRequest> once(Flux<DownloadRequest> all) {
    return all.distinct(request -> List.of(request.uri(), String.valueOf(request.target())));
  }

  /**
   * Reads the requests of a log again as {@link #read(Path)} does, but one that has failed several
   * times comes several times, and nothing is kept in memory: for logs of any length.
   *
   * @param file a file that a log has written
   * @return the requests in their order, with the errors of {@link #read(Path)}
   */
  public static Flux<DownloadRequest> readAll(Path file) {
    return Flux.using(
            // What is written is ASCII; whatever else a crash has left is no line of it.
            () -> Files.newBufferedReader(file, ISO_8859_1), FailureLog::requests)
        .onErrorMap(IOException.class, UncheckedIOException::new)
        .subscribeOn(Schedulers.boundedElastic());
  }

  /**
   * Reads the requests of a log from a pipe, say, as {@link #readAll(Path)} does from a file.
   *
   * @param lines what a log has written; it is read once, as far as there is demand, and not closed
   * @return the requests in their order, with the errors of {@link #read(Path)}
   */
  public static Flux<DownloadRequest> readAll(InputStream lines) {
    return Flux.defer(() -> requests(new BufferedReader(new InputStreamReader(lines, ISO_8859_1))))
        .onErrorMap(IOException.class, UncheckedIOException::new)
        .subscribeOn(Schedulers.boundedElastic());
  }

  private static Flux<DownloadRequest> requests(BufferedReader lines) {
    return Flux.<String>generate(
            sink -> {
              try {
                String line = lines.readLine();
                if (line == null) {
                  sink.complete();
                } else {
                  sink.next(line);
                }
              } catch (IOException e) {
                sink.error(e);
              }
            })
        .mapNotNull(line -> FailureLine.request(line).orElse(null));
  }

  /** Appends what has come together with one write and one force, on a thread that may block. */
  private static final class Appender {

    private final Path file;
    // Guarded by this.
    private List<Entry> waiting = new ArrayList<>();
    private boolean running;

    Appender(Path file) {
      this.file = file;
    }

    private record Entry(String line, MonoSink<Void> sink) {}

    Mono<Void> append(String line) {
      return Mono.create(
          sink -> {
            synchronized (this) {
              waiting.add(new Entry(line, sink));
              if (running) {
                return;
              }
              running = true;
            }
            // Never disposed of: an interrupt would close the file in mid-write.
            Schedulers.boundedElastic().schedule(this::drain);
          });
    }

    private void drain() {
      for (List<Entry> next = take(); !next.isEmpty(); next = take()) {
        Throwable failure = null;
        try {
          write(next);
        } catch (IOException e) {
          failure = new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
          failure = e;
        }
        for (Entry entry : next) {
          if (failure == null) {
            entry.sink().success();
          } else {
            entry.sink().error(failure);
          }
        }
      }
    }

    private synchronized List<Entry> take() {
      List<Entry> next = waiting;
      waiting = new ArrayList<>();
      running = !next.isEmpty();
      return next;
    }

    private void write(List<Entry> entries) throws IOException {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      if (isTorn()) {
        text.write('\n');
      }
      for (Entry entry : entries) {
        text.writeBytes(entry.line().getBytes(StandardCharsets.US_ASCII));
        text.write('\n');
      }
      ByteBuffer bytes = ByteBuffer.wrap(text.toByteArray());
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
    }

    /** A crash, or a disk that was full, may have left a line without its end. */
    private boolean isTorn() throws IOException {
      if (!Files.isRegularFile(file)) {
        return false;
      }
      try (FileChannel channel = FileChannel.open(file)) {
        ByteBuffer last = ByteBuffer.allocate(1);
        return channel.size() > 0
            && channel.read(last, channel.size() - 1) == 1
            && last.get(0) != '\n';
      }
    }
  }
}
