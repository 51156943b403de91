package com.qustellar.qsde.examples.cluster.s3;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * What is asked of a store. Every object is written only where none is ({@code If-None-Match: *}),
 * and the store compares a CRC32C of each part and of the whole.
 */
final class ObjectStore {

  private static final int NOT_FOUND = 404;
  private static final int ABORTS = 3;
  private static final int BUFFERS = 16;
  private static final Duration LONGEST_ABORT = Duration.ofSeconds(20);

  private final S3AsyncClient s3;
  private final int partsInFlight;

  /** The ends of uploads and of aborts that have begun. */
  private final Set<Sinks.Empty<Void>> unended = ConcurrentHashMap.newKeySet();

  /** What an object is written with. */
  record Facts(ObjectName name, Map<String, String> metadata, @Nullable String contentType) {}

  ObjectStore(S3AsyncClient s3, int partsInFlight) {
    this.s3 = s3;
    this.partsInFlight = partsInFlight;
  }

  /** Completes when every upload has ended, and what was to be aborted is. */
  Mono<Void> quiet() {
    return Flux.fromIterable(unended)
        .flatMap(Sinks.Empty::asMono)
        .repeat(() -> !unended.isEmpty()) // an upload's end may be an abort
        .then();
  }

  private Sinks.Empty<Void> begun() {
    Sinks.Empty<Void> end = Sinks.empty();
    unended.add(end);
    return end;
  }

  private void ended(Sinks.Empty<Void> end) {
    unended.remove(end);
    end.tryEmitEmpty();
  }

  /** Returns what is known of an object; empty where there is none. */
  Mono<Found> find(ObjectName name) {
    return Mono.fromFuture(
            () ->
                s3.headObject(
                    head ->
                        head.bucket(name.bucket())
                            .key(name.key())
                            .checksumMode(ChecksumMode.ENABLED)))
        .map(Found::new)
        .onErrorResume(S3Exception.class, e -> isNotFound(e) ? Mono.empty() : Mono.error(e));
  }

  /** Reads an object, as it was found, for its digest. */
  Mono<Checksum> read(ObjectName name, Found found, HashAlgorithm algorithm) {
    return Mono.fromFuture(
            () ->
                s3.getObject(
                    get -> get.bucket(name.bucket()).key(name.key()).ifMatch(found.head().eTag()),
                    AsyncResponseTransformer.toPublisher()))
        .flatMapMany(bytes -> bytes)
        // The client's own threads serve others as well.
        .publishOn(Schedulers.boundedElastic(), BUFFERS)
        .reduceWith(
            algorithm::newDigest,
            (digest, next) -> {
              digest.update(next);
              return digest;
            })
        .map(digest -> Checksum.of(algorithm, digest.digest()));
  }

  /** Writes an object that is one part, or nothing. */
  Mono<Void> put(Facts facts, List<Part> parts, String crc32c) {
    return Mono.fromFuture(
            () ->
                s3.putObject(
                    put ->
                        put.bucket(facts.name().bucket())
                            .key(facts.name().key())
                            .ifNoneMatch("*")
                            .contentType(facts.contentType())
                            .checksumCRC32C(crc32c)
                            .metadata(facts.metadata()),
                    parts.isEmpty() ? AsyncRequestBody.empty() : body(parts.get(0))))
        .then();
  }

  /**
   * Writes an object part by part. Whatever else comes of it, nothing is left of the upload: a
   * cancellation leaves that to {@link #quiet}.
   *
   * @param parts its parts; an error keeps it from appearing
   * @param total its length, asked for once all parts have come
   * @param crc32c its CRC32C, likewise
   */
  Mono<Void> upload(Facts facts, Flux<Part> parts, LongSupplier total, Supplier<String> crc32c) {
    return Mono.defer(
        () -> {
          ObjectName name = facts.name();
          Sinks.Empty<Void> end = begun();
          return Mono.usingWhen(
              begin(facts, end),
              id ->
                  parts
                      .flatMap(part -> send(name, id, part), partsInFlight)
                      .collectSortedList(Comparator.comparing(CompletedPart::partNumber))
                      .flatMap(sent -> complete(name, id, sent, total.getAsLong(), crc32c.get())),
              id -> Mono.fromRunnable(() -> ended(end)),
              (id, failure) -> abort(name, id, end),
              id -> abort(name, id, end));
        });
  }

  /** One that is cancelled while the store makes it is made all the same, and then aborted. */
  private Mono<String> begin(Facts facts, Sinks.Empty<Void> end) {
    return Mono.<String>defer(
            () -> {
              ObjectName name = facts.name();
              CompletableFuture<CreateMultipartUploadResponse> begun =
                  s3.createMultipartUpload(
                      create ->
                          create
                              .bucket(name.bucket())
                              .key(name.key())
                              .contentType(facts.contentType())
                              .checksumAlgorithm(ChecksumAlgorithm.CRC32_C)
                              .checksumType(ChecksumType.FULL_OBJECT)
                              .metadata(facts.metadata()));
              Mono<String> id =
                  Mono.fromFuture(begun, true)
                      .map(CreateMultipartUploadResponse::uploadId)
                      .doOnError(failure -> ended(end));
              return id.doOnCancel(
                  () -> id.flatMap(late -> abort(name, late, end)).onErrorComplete().subscribe());
            })
        .doOnError(failure -> ended(end));
  }

  private Mono<CompletedPart> send(ObjectName name, String id, Part part) {
    return Mono.fromFuture(
            () ->
                s3.uploadPart(
                    upload ->
                        upload
                            .bucket(name.bucket())
                            .key(name.key())
                            .uploadId(id)
                            .partNumber(part.number())
                            .checksumCRC32C(part.crc32c()),
                    body(part)))
        .map(
            sent ->
                CompletedPart.builder()
                    .partNumber(part.number())
                    .eTag(sent.eTag())
                    .checksumCRC32C(part.crc32c())
                    .build());
  }

  private Mono<Void> complete(
      ObjectName name, String id, List<CompletedPart> parts, long total, String crc32c) {
    return Mono.fromFuture(
            () ->
                s3.completeMultipartUpload(
                    complete ->
                        complete
                            .bucket(name.bucket())
                            .key(name.key())
                            .uploadId(id)
                            .ifNoneMatch("*")
                            .mpuObjectSize(total)
                            .checksumType(ChecksumType.FULL_OBJECT)
                            .checksumCRC32C(crc32c)
                            .multipartUpload(all -> all.parts(parts))))
        .then();
  }

  /** Aborts all uploads of an object, whoever began them. What fails is left to the store. */
  Mono<Void> abortAll(ObjectName name) {
    return Mono.fromFuture(
            () -> s3.listMultipartUploads(list -> list.bucket(name.bucket()).prefix(name.key())))
        .flatMapIterable(list -> list.uploads())
        .filter(upload -> upload.key().equals(name.key()))
        .map(MultipartUpload::uploadId)
        .concatMap(id -> Mono.defer(() -> abort(name, id, begun())))
        .then()
        .onErrorComplete();
  }

  /**
   * A part that was on its way may have come after an abort: another one is needed then. It goes on
   * to its end though whoever waits for that is cancelled.
   */
  private Mono<Void> abort(ObjectName name, String id, Sinks.Empty<Void> end) {
    Mono<Void> aborted =
        Mono.fromFuture(
                () ->
                    s3.abortMultipartUpload(
                        abort -> abort.bucket(name.bucket()).key(name.key()).uploadId(id)))
            .then(
                Mono.fromFuture(
                    () ->
                        s3.listParts(
                            list -> list.bucket(name.bucket()).key(name.key()).uploadId(id))))
            .repeat(ABORTS - 1)
            .then()
            .timeout(LONGEST_ABORT)
            .onErrorComplete(); // it is gone, or the store's own rule will do it
    return Mono.defer(
        () -> {
          aborted.subscribe(null, null, () -> ended(end));
          return end.asMono();
        });
  }

  private static AsyncRequestBody body(Part part) {
    return AsyncRequestBody.fromRemainingByteBuffersUnsafe(
        part.buffers().toArray(new ByteBuffer[0]));
  }

  /**
   * The answer to HEAD has no body that would tell more; a missing bucket shows when it is used.
   */
  private static boolean isNotFound(S3Exception e) {
    return e.statusCode() == NOT_FOUND;
  }
}
