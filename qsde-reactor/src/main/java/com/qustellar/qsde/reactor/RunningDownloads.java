package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadState;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The downloads of an engine that have begun and not ended, the batches that they come from, and
 * which of them has which target. Safe from any thread.
 */
final class RunningDownloads {

  private final Set<DownloadTask> tasks = ConcurrentHashMap.newKeySet();
  private final Set<Batch> batches = ConcurrentHashMap.newKeySet();
  private final ConcurrentHashMap<Path, DownloadTask> claims = new ConcurrentHashMap<>();
  private volatile boolean shut;

  /** Starts a download; once shut, cancels it. */
  void start(DownloadTask task) {
    tasks.add(task);
    if (shut) {
      task.dispose();
    } else {
      task.start();
    }
  }

  /** A download has ended, and with it its claims. */
  void forget(DownloadTask task) {
    task.claims().forEach(claims::remove);
    tasks.remove(task);
  }

  /** Returns those there are, as they come and go. */
  Collection<DownloadTask> tasks() {
    return Collections.unmodifiableSet(tasks);
  }

  Optional<Download> find(String id) {
    return tasks.stream().filter(task -> task.id().equals(id)).<Download>map(t -> t).findFirst();
  }

  void add(Batch batch) {
    batches.add(batch);
    if (shut) {
      batch.end();
    }
  }

  void remove(Batch batch) {
    batches.remove(batch);
  }

  /** Makes the target the task's own, and returns the task that has it. */
  DownloadTask claim(Path target, DownloadTask task) {
    Path path = target.toAbsolutePath().normalize();
    DownloadTask holder = claims.putIfAbsent(path, task);
    if (holder != null) {
      return holder;
    }
    task.claimed(path);
    return task;
  }

  /** Lets changed limits count at once. */
  void review() {
    batches.forEach(Batch::review);
    tasks.forEach(DownloadTask::review);
  }

  void cancelAll() {
    batches.forEach(Batch::end);
    // Who waits first: else each that ends would let one of them start.
    for (DownloadTask task : tasks) {
      if (task.sampler().state() == DownloadState.QUEUED) {
        task.dispose();
      }
    }
    tasks.forEach(DownloadTask::dispose);
  }

  /** Nothing begins any more, and no batch takes anything from its source. */
  void shut() {
    shut = true;
    batches.forEach(Batch::end);
  }

  /** Completes when those that run now have ended. */
  Mono<Void> allEnded() {
    return Flux.fromIterable(tasks).flatMap(DownloadTask::ended, Integer.MAX_VALUE).then();
  }
}
