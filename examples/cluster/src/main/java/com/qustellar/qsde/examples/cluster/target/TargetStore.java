package com.qustellar.qsde.examples.cluster.target;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.examples.cluster.job.Job;
import reactor.core.publisher.Mono;

/**
 * A place that workers share, in which a target appears once, whole and verified, or not at all.
 */
public interface TargetStore {

  /**
   * Returns whether targets such as this one are kept here.
   *
   * @param target as a request names it
   */
  boolean accepts(String target);

  /**
   * Fetches a file and puts it in its place. Cold: each subscription is a delivery of its own,
   * which may run beside others of the same target, and after them. The first to have it whole
   * makes the target appear; for each later one it is a check. A cancellation leaves nothing but
   * what a later delivery can go on with.
   *
   * <p>Fails with a {@link com.qustellar.qsde.DownloadException}: FileAccess with NAME_REFUSED or
   * SYMBOLIC_LINK where the target is not allowed, with EXISTS where something else is there.
   *
   * @param job the request
   * @param request what the engine is asked for, without a target: settings of the worker included
   */
  Mono<Stored> store(Job job, DownloadRequest request);

  /**
   * Deletes what earlier deliveries have left for a later one, as there will be none.
   *
   * @param job a request that was given up
   */
  Mono<Void> discard(Job job);
}
