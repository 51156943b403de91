package com.qustellar.qsde.examples.cluster.s3;

import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.target.Stored;
import com.qustellar.qsde.examples.cluster.target.TargetStore;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.nio.file.Path;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * An object store that speaks S3: bytes go from the origin into the object, part by part, and never
 * to a disk.
 *
 * <p>What fits in one part is written at once, the rest as an upload in parts, of which so many are
 * on their way while the origin waits. The object appears when the last byte has come, length and
 * digest agree, and only where there is none: of several deliveries the first one wins, and each
 * later one finds it. An upload that fails or is cancelled is aborted; those that a killed worker
 * has left are aborted by the delivery that makes the object appear.
 *
 * <p>An object that is there is right where it has the expected digest, which was written beside
 * it, or else it is read for that; of a request without one, where this very request has made it,
 * or else where it has the length, and the entity tag, that the origin names now.
 */
public final class ObjectTarget implements TargetStore {

  /** How many parts of an object are on their way at most, each of them in memory. */
  static final int PARTS_IN_FLIGHT = 4;

  private final S3AsyncClient s3;
  private final DownloadEngine engine;
  private final List<Allowed> allowed;
  private final long partSize;
  private final ObjectStore store;

  /**
   * Makes a target.
   *
   * @param s3 the client, which {@link #closeLater} closes
   * @param engine what downloads
   * @param allowed where it may write
   * @param partSize bytes of a part, 5 MiB at least; more of an object that had too many parts
   */
  ObjectTarget(S3AsyncClient s3, DownloadEngine engine, List<Allowed> allowed, long partSize) {
    this.s3 = s3;
    this.engine = engine;
    this.allowed = List.copyOf(allowed);
    this.partSize = partSize;
    this.store = new ObjectStore(s3, PARTS_IN_FLIGHT);
  }

  @Override
  public boolean accepts(String target) {
    return target.startsWith(ObjectName.SCHEME);
  }

  @Override
  public Mono<Stored> store(Job job, DownloadRequest request) {
    return Mono.defer(
            () -> new ObjectDelivery(job, request, name(job), engine, store, partSize).run())
        // To find its credentials the client may block, and its first call loads a lot.
        .subscribeOn(Schedulers.boundedElastic());
  }

  @Override
  public Mono<Void> discard(Job job) {
    return Mono.defer(() -> store.abortAll(name(job)));
  }

  /** Ends once every upload has ended, those that are aborted as well, and closes the client. */
  public Mono<Void> closeLater() {
    return store.quiet().then(Mono.fromRunnable(s3::close));
  }

  private ObjectName name(Job job) {
    ObjectName name;
    try {
      name = ObjectName.parse(job.target());
    } catch (IllegalArgumentException e) {
      throw new FileAccess(job.uri(), Path.of("refused"), Reason.NAME_REFUSED, e);
    }
    if (allowed.stream().noneMatch(place -> place.permits(name))) {
      throw new FileAccess(
          job.uri(),
          Path.of(name.bucket()),
          Reason.NAME_REFUSED,
          new IllegalArgumentException("it is not below what --allow names"));
    }
    return name;
  }
}
