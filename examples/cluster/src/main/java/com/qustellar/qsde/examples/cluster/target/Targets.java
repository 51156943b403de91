package com.qustellar.qsde.examples.cluster.target;

import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.examples.cluster.job.Job;
import java.nio.file.Path;
import java.util.List;
import reactor.core.publisher.Mono;

/** Several places for targets: the first that accepts one keeps it. */
public final class Targets implements TargetStore {

  private final List<TargetStore> stores;

  /**
   * Joins places.
   *
   * @param stores the places
   */
  public Targets(List<? extends TargetStore> stores) {
    this.stores = List.copyOf(stores);
  }

  @Override
  public boolean accepts(String target) {
    return stores.stream().anyMatch(store -> store.accepts(target));
  }

  @Override
  public Mono<Stored> store(Job job, DownloadRequest request) {
    return of(job).flatMap(store -> store.store(job, request));
  }

  @Override
  public Mono<Void> discard(Job job) {
    return of(job).flatMap(store -> store.discard(job));
  }

  private Mono<TargetStore> of(Job job) {
    return Mono.justOrEmpty(stores.stream().filter(s -> s.accepts(job.target())).findFirst())
        .switchIfEmpty(
            Mono.error(
                () ->
                    new FileAccess(
                        job.uri(),
                        Path.of("refused"),
                        FileAccess.Reason.NAME_REFUSED,
                        new IllegalArgumentException("this worker keeps no such targets"))));
  }
}
