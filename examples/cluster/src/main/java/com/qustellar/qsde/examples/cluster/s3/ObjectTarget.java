package com.qustellar.qsde.examples.cluster.s3;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.target.Stored;
import com.qustellar.qsde.examples.cluster.target.TargetStore;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.StreamInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.S3Exception;

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
    return Mono.defer(() -> new Run(job, request, name(job)).run())
        // To find its credentials the client may block, and its first call loads a lot.
        .subscribeOn(Schedulers.boundedElastic());
  }

  @Override
  public Mono<Void> discard(Job job) {
    return Mono.defer(() -> store.abortAll(name(job)));
  }

  /** Ends once every upload that was to be aborted is, and closes the client. */
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

  /** One delivery. */
  private final class Run {
    private final Job job;
    private final DownloadRequest request;
    private final ObjectName name;
    private final String delivery = UUID.randomUUID().toString();

    /** Comes just before the end of the bytes. */
    private volatile @Nullable DownloadResult result;

    Run(Job job, DownloadRequest request, ObjectName name) {
      this.job = job;
      this.request = request;
      this.name = name;
    }

    Mono<Stored> run() {
      return store
          .find(name)
          .map(this::check)
          .defaultIfEmpty(Mono.defer(this::fetch))
          .flatMap(next -> next)
          .onErrorMap(SdkException.class, this::failure);
    }

    // ---- the object is there

    private Mono<Stored> check(Found found) {
      Checksum expected = request.checksum();
      if (expected != null) {
        // Beside what was made in parts for a request without a digest there is none.
        return Mono.justOrEmpty(found.digest(expected.algorithm()))
            .switchIfEmpty(Mono.defer(() -> store.read(name, found, expected.algorithm())))
            .flatMap(
                digest ->
                    digest.equals(expected)
                        ? Mono.just(there(found, expected))
                        : Mono.error(taken()));
      }
      return found.has(Found.JOB, fingerprint()) ? Mono.just(there(found)) : ask(found);
    }

    /** The first answer of the origin tells what it would send. */
    private Mono<Stored> ask(Found found) {
      return engine.<StreamInfo>stream(request, (info, body) -> Mono.just(info))
          .next()
          .map(
              info -> {
                String etag = info.etag();
                boolean same =
                    info.totalBytes().equals(OptionalLong.of(found.bytes()))
                        && found.metadata(Found.ETAG).map(known -> known.equals(etag)).orElse(true);
                if (!same) {
                  throw taken();
                }
                return there(found);
              });
    }

    private Stored there(Found found) {
      return there(found, found.digest());
    }

    private Stored there(Found found, @Nullable Checksum digest) {
      return new Stored(found.bytes(), 0, digest, true, 0);
    }

    // ---- the object is not there

    private Mono<Stored> fetch() {
      return Mono.using(
          this::hear,
          hearing -> engine.<Stored>stream(request, this::send).single(),
          Disposable::dispose);
    }

    /** Hears the engine's own account of the download. */
    private Disposable hear() {
      return engine
          .outcomes()
          .ofType(DownloadOutcome.Completed.class)
          .filter(completed -> completed.request() == request)
          .subscribe(completed -> result = completed.result());
    }

    private Mono<Stored> send(StreamInfo info, Flux<ByteBuffer> body) {
      OptionalLong total = info.totalBytes();
      PartCutter cutter = new PartCutter(PartSizes.of(total, partSize));
      Flux<Part> parts = cutter.cut(body);
      return parts
          .switchOnFirst(
              (first, all) -> {
                Part part = first.get();
                if (part == null) {
                  return all.then(put(info, List.of(), cutter));
                }
                boolean only = part.rest() || total.equals(OptionalLong.of(part.bytes()));
                return only
                    ? all.then(put(info, List.of(part), cutter))
                    : upload(info, all, cutter);
              })
          .then(Mono.fromSupplier(() -> stored(cutter, false)))
          .onErrorResume(SdkException.class, e -> settle(cutter, e));
    }

    private Mono<Void> put(StreamInfo info, List<Part> parts, PartCutter cutter) {
      return Mono.defer(() -> store.put(facts(info), parts, cutter.crc32c()));
    }

    private Mono<Void> upload(StreamInfo info, Flux<Part> parts, PartCutter cutter) {
      return store
          .upload(facts(info), parts, cutter::bytes, cutter::crc32c)
          .then(store.abortAll(name));
    }

    /** Another delivery has won meanwhile, perhaps; or this one, and the answer was lost. */
    private Mono<Stored> settle(PartCutter cutter, SdkException failure) {
      return store
          .find(name)
          .onErrorMap(unused -> failure)
          .switchIfEmpty(Mono.error(failure))
          .flatMap(
              found -> {
                if (found.has(Found.DELIVERY, delivery)) {
                  return Mono.just(stored(cutter, false));
                }
                // What broke off in the middle has nothing to compare with but the digest.
                if (result == null) {
                  return check(found);
                }
                return found.holds(cutter.bytes(), cutter.crc32c())
                    ? Mono.just(stored(cutter, true))
                    : Mono.error(taken());
              });
    }

    private Stored stored(PartCutter cutter, boolean late) {
      DownloadResult known = result;
      return new Stored(
          cutter.bytes(),
          cutter.bytes(),
          known == null ? request.checksum() : known.checksum(),
          late,
          known == null ? 0 : known.retries());
    }

    /** The digest is known before the bytes where it is expected, and after them for one part. */
    private ObjectStore.Facts facts(StreamInfo info) {
      Map<String, String> metadata = new HashMap<>();
      DownloadResult known = result;
      Checksum digest = known == null ? request.checksum() : known.checksum();
      if (digest != null) {
        metadata.put(Found.DIGEST, digest.toString());
      }
      String etag = info.etag();
      if (etag != null && etag.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
        metadata.put(Found.ETAG, etag);
      }
      metadata.put(Found.JOB, fingerprint());
      metadata.put(Found.DELIVERY, delivery);
      return new ObjectStore.Facts(name, metadata, info.contentType());
    }

    /** Tells a request from every other, and nothing of its address. */
    private String fingerprint() {
      byte[] text = (job.id() + '\n' + job.uri()).getBytes(StandardCharsets.UTF_8);
      return Checksum.of(HashAlgorithm.SHA256, HashAlgorithm.SHA256.newDigest().digest(text)).hex();
    }

    private FileAccess taken() {
      return access(Reason.EXISTS, null);
    }

    /** What another worker may do better, or this one later, is told as IO. */
    private DownloadException failure(SdkException e) {
      if (e instanceof S3Exception answer && answer.awsErrorDetails() != null) {
        String code = String.valueOf(answer.awsErrorDetails().errorCode());
        return switch (code) {
          case "AccessDenied" -> access(Reason.NO_PERMISSION, e);
          case "NoSuchBucket" -> access(Reason.NO_DIRECTORY, e);
          case "NoSuchUpload" -> access(Reason.LOST, e);
          default -> access(Reason.IO, e);
        };
      }
      return access(Reason.IO, e);
    }

    private FileAccess access(Reason reason, @Nullable Throwable cause) {
      return new FileAccess(job.uri(), Path.of(name.bucket(), name.key()), reason, cause);
    }
  }
}
