package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * The list of downloads, and what can be done with them. Each change is in the database before it
 * is answered. Changes of a download reach the database, and then the engine, in the order in which
 * they were made: each of them begins while its entry is locked, or before anybody can find it.
 */
@Component
final class Downloads {

  /** What the database has room for; in a directory it will be shorter still. */
  private static final int LONGEST_NAME = 1000;

  private final DownloadEngine engine;
  private final DownloadStore store;
  private final DownloadRunner runner;
  private final Folders folders;
  private final ServiceProperties properties;

  /** By position, the newest first. */
  private final ConcurrentSkipListMap<Long, Entry> entries =
      new ConcurrentSkipListMap<>(Comparator.reverseOrder());

  Downloads(
      DownloadEngine engine,
      DownloadStore store,
      DownloadRunner runner,
      Folders folders,
      ServiceProperties properties) {
    this.engine = engine;
    this.store = store;
    this.runner = runner;
    this.folders = folders;
    this.properties = properties;
  }

  // ---- what there is

  /** Returns all downloads, the newest first. */
  List<DownloadView> views() {
    return entries.values().stream().filter(entry -> !entry.isGone()).map(Entry::view).toList();
  }

  Entry find(String id) {
    return entries.values().stream()
        .filter(entry -> entry.id().equals(id) && !entry.isGone())
        .findFirst()
        .orElseThrow(() -> ServiceProblem.notFound(id));
  }

  /** Takes up a download that the database knows. */
  void put(Entry entry) {
    entries.put(entry.row().position(), entry);
  }

  // ---- what can be done

  /**
   * Adds a download and starts it, when subscribed to. What turns out to be forbidden before the
   * first answer is here, by the addresses of its name or by where a redirect leads, is refused and
   * not in the list.
   */
  Mono<DownloadView> add(NewDownload wanted) {
    return Uncancelled.of(
        () -> {
          Listed listed = enlist(wanted);
          Entry entry = listed.entry();
          return listed
              .inserted()
              .doOnError(failed -> entries.remove(entry.row().position()))
              .then(runner.start(entry))
              .then(Mono.defer(() -> runner.firstAnswer(entry)))
              .then(Mono.defer(() -> refused(entry)))
              .then(Mono.fromSupplier(entry::view));
        });
  }

  /** Takes off the list again what has turned out to be forbidden, and says so. */
  private Mono<Void> refused(Entry entry) {
    Failure failure = entry.row().failure();
    return failure != null && failure.status() == HttpStatus.FORBIDDEN.value()
        ? delete(entry.id()).onErrorComplete().then(Mono.error(ServiceProblem.of(failure)))
        : Mono.empty();
  }

  private record Listed(Entry entry, Mono<Void> inserted) {}

  private Listed enlist(NewDownload wanted) {
    Map<String, String> headers = Objects.requireNonNullElse(wanted.headers(), Map.of());
    if (wanted.url() == null) {
      throw ServiceProblem.invalid("url is required");
    }
    String name = wanted.filename();
    if (name != null && name.length() > LONGEST_NAME) {
      throw ServiceProblem.invalid("a file name has " + LONGEST_NAME + " characters at most");
    }
    if (headers.values().stream().anyMatch(Objects::isNull)) {
      throw ServiceProblem.invalid("a header field has no value");
    }
    DownloadRequest request = DownloadRequest.of(wanted.url());
    request = DownloadRunner.withHeaders(request, headers);
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
              name,
              request.checksum() == null ? null : request.checksum().toString(),
              kept ? headers : null,
              !kept && !headers.isEmpty(),
              DownloadState.QUEUED,
              0,
              null,
              Instant.now(),
              null);
      Entry entry = new Entry(row, headers);
      // Before anybody finds it, who might change it.
      Mono<Void> inserted = Uncancelled.begun(store.insert(row));
      entries.put(position, entry);
      return new Listed(entry, inserted);
    }
  }

  /** Refuses even where it would wait for others what needs no name server to be refused. */
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
          entry.row(entry.row().paused(entry.view().bytesReceived()));
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
          entry.row(entry.row().queued());
          Download handle = entry.handle();
          return handle == null ? runner.start(entry) : Mono.fromRunnable(handle::resume);
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
          entry.row(entry.row().queued());
          entry.handle(null); // of the last time, with which nothing can be done any more
          return runner.start(entry);
        });
  }

  /** Cancels an unfinished download and discards what it has; takes a finished one off the list. */
  Mono<Void> delete(String id) {
    return Uncancelled.of(
        () -> {
          Entry entry = find(id);
          synchronized (entry) {
            Row row = present(entry);
            if (row.state().isTerminal()) {
              entry.gone(true);
              return remove(entry).doOnError(failed -> entry.gone(false));
            }
            Mono<Void> before = entry.ending();
            entry.row(row.cancelled());
            Mono<Void> discarded = discard(entry.id(), entry.handle());
            Mono<Void> ending = before.onErrorComplete().then(discarded).cache();
            entry.ending(ending);
            return Uncancelled.begun(update(entry, row, before).then(ending));
          }
        });
  }

  /** The files first: whose row is still there can be deleted again, after a crash as well. */
  private Mono<Void> remove(Entry entry) {
    return entry
        .ending()
        .onErrorComplete()
        .then(folders.delete(entry.id()))
        .then(store.delete(entry.id()))
        .then(Mono.fromRunnable(() -> entries.remove(entry.row().position())));
  }

  private Mono<Void> discard(String id, @Nullable Download handle) {
    if (handle == null) {
      return folders.delete(id);
    }
    return Mono.<Void>fromRunnable(handle::discard).then(handle.closed()).then(folders.delete(id));
  }

  private interface Change {
    /** Changes the row, and returns what is to be done once that is in the database. */
    Mono<Void> to(Entry entry);
  }

  private Mono<DownloadView> change(String id, Change change) {
    return Uncancelled.of(
        () -> {
          Entry entry = find(id);
          synchronized (entry) {
            Row before = present(entry);
            Mono<Void> ending = entry.ending();
            Mono<Void> next = change.to(entry);
            return Uncancelled.begun(
                update(entry, before, ending).then(next).then(Mono.fromSupplier(entry::view)));
          }
        });
  }

  /** Saves the row as it is now, or else goes back to the one before, and to the end before it. */
  private Mono<Void> update(Entry entry, Row before, Mono<Void> endingBefore) {
    Row after = entry.row();
    return store.update(after).doOnError(failed -> entry.undo(after, before, endingBefore));
  }

  /** Returns the row of an entry that was found, unless it has been deleted since. */
  private static Row present(Entry entry) {
    if (entry.isGone()) {
      throw ServiceProblem.notFound(entry.id());
    }
    return entry.row();
  }

  private static void unfinished(Entry entry, String what) {
    DownloadState state = entry.row().state();
    if (state.isTerminal()) {
      throw ServiceProblem.wrongState(state, what);
    }
  }
}
