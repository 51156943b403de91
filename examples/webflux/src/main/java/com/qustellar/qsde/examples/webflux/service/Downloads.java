package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The list of downloads, and what can be done with them.
 *
 * <p>Each change is in the database before it is answered. What is unfinished when the service
 * ends, in whatever way, goes on when it starts again: the engine's journal stands beside the part
 * file, and the row says that it is to go on. A file that is there though its row does not say so
 * was finished just before a crash, as the engine puts none there that is not whole.
 */
@Component
final class Downloads implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(Downloads.class);

  private final DownloadEngine engine;
  private final DownloadStore store;
  private final Folders folders;
  private final ServiceProperties properties;

  /** By position, the newest first. */
  private final ConcurrentSkipListMap<Long, Entry> entries =
      new ConcurrentSkipListMap<>(Comparator.reverseOrder());

  private volatile boolean running;

  Downloads(
      DownloadEngine engine, DownloadStore store, Folders folders, ServiceProperties properties) {
    this.engine = engine;
    this.store = store;
    this.folders = folders;
    this.properties = properties;
  }

  // ---- what there is

  /** Returns all downloads, the newest first. */
  List<DownloadView> views() {
    return entries.values().stream().map(Entry::view).toList();
  }

  Entry find(String id) {
    return entries.values().stream()
        .filter(entry -> entry.id().equals(id))
        .findFirst()
        .orElseThrow(() -> ServiceProblem.notFound(id));
  }

  // ---- what can be done

  /** Adds a download and starts it, when subscribed to. */
  Mono<DownloadView> add(NewDownload wanted) {
    return Mono.defer(
        () -> {
          Entry entry = enlist(wanted);
          return store
              .insert(entry.row())
              .doOnError(failed -> entries.remove(entry.row().position()))
              .then(start(entry))
              .then(Mono.fromSupplier(entry::view));
        });
  }

  private Entry enlist(NewDownload wanted) {
    Map<String, String> headers = Objects.requireNonNullElse(wanted.headers(), Map.of());
    if (wanted.url() == null) {
      throw ServiceProblem.invalid("url is required");
    }
    DownloadRequest request = DownloadRequest.of(wanted.url());
    request = withHeaders(request, headers);
    if (wanted.checksum() != null) {
      request = request.withChecksum(wanted.checksum());
    }
    checkAddress(request);
    boolean kept = Boolean.TRUE.equals(wanted.keepHeaders()) && !headers.isEmpty();
    synchronized (entries) {
      if (entries.size() >= properties.maxDownloads()) {
        throw ServiceProblem.tooMany(properties.maxDownloads());
      }
      long position = entries.isEmpty() ? 1 : entries.firstKey() + 1;
      Row row =
          new Row(
              request.id(),
              position,
              request.uri().toString(),
              wanted.filename(),
              request.checksum() == null ? null : request.checksum().toString(),
              kept ? headers : null,
              !kept && !headers.isEmpty(),
              DownloadState.QUEUED,
              0,
              null,
              Instant.now(),
              null);
      Entry entry = new Entry(row, headers);
      entries.put(position, entry);
      return entry;
    }
  }

  /** Refuses at once what the engine would refuse later; names only it can look up. */
  private void checkAddress(DownloadRequest request) {
    String host = String.valueOf(request.uri().getHost());
    if (host.startsWith("[") || host.matches("[0-9.]+")) {
      try {
        if (!engine.network().addressPolicy().allows(InetAddress.getByName(host))) {
          throw new DownloadException.AddressRefused(request.uri(), null, host, null);
        }
      } catch (UnknownHostException e) {
        throw ServiceProblem.invalid(host + " is no address");
      }
    }
  }

  /** Pauses a download, over a restart as well. */
  Mono<DownloadView> pause(String id) {
    return change(
        id,
        entry -> {
          unfinished(entry, "can't be paused");
          entry.row(entry.row().unfinished(DownloadState.PAUSED));
          Download handle = entry.handle();
          return handle == null ? Mono.empty() : Mono.fromRunnable(handle::pause);
        });
  }

  /** Resumes a download. */
  Mono<DownloadView> resume(String id) {
    return change(
        id,
        entry -> {
          unfinished(entry, "can't be resumed; perhaps retry it");
          entry.row(entry.row().unfinished(DownloadState.QUEUED));
          Download handle = entry.handle();
          return handle == null ? start(entry) : Mono.fromRunnable(handle::resume);
        });
  }

  /** Starts a download again that has failed or was cancelled; what is left of it is used. */
  Mono<DownloadView> retry(String id) {
    return change(
        id,
        entry -> {
          DownloadState state = entry.row().state();
          if (state != DownloadState.FAILED && state != DownloadState.CANCELLED) {
            throw ServiceProblem.wrongState(state, "can't be retried");
          }
          if (entry.headers() == null) {
            throw ServiceProblem.headersNotKept();
          }
          entry.row(entry.row().unfinished(DownloadState.QUEUED));
          return entry.ending().then(start(entry));
        });
  }

  /** Cancels an unfinished download and discards what it has; takes a finished one off the list. */
  Mono<Void> delete(String id) {
    return Mono.defer(
        () -> {
          Entry entry = find(id);
          synchronized (entry) {
            Row row = entry.row();
            if (row.state().isTerminal()) {
              entries.remove(row.position());
              return store
                  .delete(id)
                  .then(entry.ending())
                  .then(Mono.defer(() -> folders.delete(id)));
            }
            entry.row(row.cancelled());
            Mono<Void> ending = discard(entry).cache();
            entry.ending(ending);
            return store.update(entry.row()).then(ending);
          }
        });
  }

  private Mono<Void> discard(Entry entry) {
    return Mono.defer(
        () -> {
          Download handle = entry.handle();
          if (handle == null) {
            return folders.delete(entry.id());
          }
          handle.discard();
          return handle.closed().then(Mono.defer(() -> folders.delete(entry.id())));
        });
  }

  private interface Change {
    /** Changes the row, and returns what is to be done once that is in the database. */
    Mono<Void> to(Entry entry);
  }

  private Mono<DownloadView> change(String id, Change change) {
    return Mono.defer(
        () -> {
          Entry entry = find(id);
          synchronized (entry) {
            Mono<Void> next = change.to(entry);
            return store.update(entry.row()).then(next).then(Mono.fromSupplier(entry::view));
          }
        });
  }

  private static void unfinished(Entry entry, String what) {
    DownloadState state = entry.row().state();
    if (state.isTerminal()) {
      throw ServiceProblem.wrongState(state, what);
    }
  }

  // ---- the way through the engine

  private Mono<Void> start(Entry entry) {
    return Mono.<Void>fromRunnable(() -> submit(entry)).subscribeOn(Schedulers.boundedElastic());
  }

  private void submit(Entry entry) {
    folders.make(entry.id());
    synchronized (entry) {
      if (entry.row().state() != DownloadState.QUEUED) {
        return; // paused or cancelled meanwhile
      }
      Download handle = engine.submit(request(entry));
      entry.handle(handle);
      handle
          .result()
          .subscribe(
              result -> completed(entry, handle, result), thrown -> failed(entry, handle, thrown));
    }
  }

  private DownloadRequest request(Entry entry) {
    Row row = entry.row();
    Path folder = folders.of(row.id());
    DownloadRequest request =
        row.fileName() == null
            ? DownloadRequest.of(row.uri(), folder)
            : DownloadRequest.of(row.uri(), folder, row.fileName());
    request = request.withId(row.id()).withMaxBytes(properties.maxBytes().toBytes());
    request = withHeaders(request, Objects.requireNonNullElse(entry.headers(), Map.of()));
    return row.checksum() == null ? request : request.withChecksum(row.checksum());
  }

  private static DownloadRequest withHeaders(DownloadRequest request, Map<String, String> headers) {
    DownloadRequest all = request;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      all = all.withHeader(header.getKey(), header.getValue());
    }
    return all;
  }

  private void completed(Entry entry, Download handle, DownloadResult result) {
    end(entry, handle, row -> row.completed(name(result.target()), result.bytes()));
  }

  private void failed(Entry entry, Download handle, Throwable thrown) {
    if (thrown instanceof DownloadException.Cancelled) {
      return; // as was asked for, and then the row says so; or the service ends, and it goes on
    }
    long received = handle.latest().bytesReceived();
    end(entry, handle, row -> row.failed(received, Failure.of(thrown)));
  }

  private interface End {
    Row of(Row row);
  }

  private void end(Entry entry, Download handle, End end) {
    synchronized (entry) {
      if (entry.handle() != handle || entry.row().state().isTerminal()) {
        return;
      }
      entry.row(end.of(entry.row()));
      save(entry.row());
    }
  }

  private void save(Row row) {
    store
        .update(row)
        .subscribe(saved -> {}, thrown -> LOG.error("{} could not be saved", row.id(), thrown));
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  // ---- the beginning and the end

  /** Takes up what the database knows. Blocks. */
  @Override
  public void start() {
    List<Row> rows = Objects.requireNonNull(store.all().collectList().block());
    rows.forEach(row -> takeUp(row, row.headersLeftOut() ? null : row.headers()));
    running = true;
  }

  private void takeUp(Row row, @Nullable Map<String, String> kept) {
    Map<String, String> headers =
        row.headersLeftOut() ? null : Objects.requireNonNullElse(kept, Map.of());
    Entry entry = new Entry(row, headers);
    entries.put(row.position(), entry);
    if (row.state().isTerminal()) {
      return;
    }
    Path finished = folders.finished(row.id()).orElse(null);
    if (finished != null) {
      entry.row(row.completed(name(finished), size(finished)));
      save(entry.row());
    } else if (headers == null) {
      entry.row(row.failed(0, Failure.of(ServiceProblem.headersNotKept())));
      save(entry.row());
    } else if (row.state() == DownloadState.QUEUED) {
      submit(entry);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /**
   * Before the web server starts; after the engine, which has outcomes to tell until it is closed.
   */
  @Override
  public int getPhase() {
    return 0;
  }
}
