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
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** One delivery of a request: the object is found, or it is made. */
final class ObjectDelivery {

  private final Job job;
  private final DownloadRequest request;
  private final ObjectName name;
  private final DownloadEngine engine;
  private final ObjectStore store;
  private final long partSize;
  private final String delivery = UUID.randomUUID().toString();

  /** Comes just before the end of the bytes. */
  private volatile @Nullable DownloadResult result;

  /**
   * Makes one that has not begun.
   *
   * @param name what the object is called
   * @param partSize bytes of a part; more of an object that had too many parts
   */
  ObjectDelivery(
      Job job,
      DownloadRequest request,
      ObjectName name,
      DownloadEngine engine,
      ObjectStore store,
      long partSize) {
    this.job = job;
    this.request = request;
    this.name = name;
    this.engine = engine;
    this.store = store;
    this.partSize = partSize;
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
              return only ? all.then(put(info, List.of(part), cutter)) : upload(info, all, cutter);
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
