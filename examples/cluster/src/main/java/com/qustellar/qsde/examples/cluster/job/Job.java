package com.qustellar.qsde.examples.cluster.job;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A request as it stands on the topic: one file, and where it goes.
 *
 * @param id what results name it by
 * @param uri where the file is
 * @param mirrors other places of the same file
 * @param target a path below the workers' directory, with slashes, or {@code s3://bucket/key}
 * @param checksum the digest to expect, null where none is known
 * @param totalBytes the length to expect, empty where none is known
 * @param bounds how far its download may go
 * @param headers fields for the origin of {@code uri}; they may be secrets, and the topic holds
 *     them
 * @param attempts how many deliveries it may have before it goes to the dead letters
 */
public record Job(
    String id,
    URI uri,
    List<URI> mirrors,
    String target,
    @Nullable Checksum checksum,
    OptionalLong totalBytes,
    Bounds bounds,
    Map<String, String> headers,
    int attempts) {

  /** The deliveries of a request that names no number. */
  public static final int ATTEMPTS = 5;

  /** Takes copies. */
  public Job {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(uri, "uri");
    mirrors = List.copyOf(mirrors);
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(bounds, "bounds");
    headers = Map.copyOf(headers);
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts must be 1 at least, not " + attempts);
    }
    if (totalBytes.orElse(0) < 0) {
      throw new IllegalArgumentException("a file has no " + totalBytes.getAsLong() + " bytes");
    }
  }

  /**
   * {@return a request with nothing but an address and a target}
   *
   * @param id what results name it by
   * @param uri where the file is
   * @param target where it goes
   */
  public static Job of(String id, URI uri, String target) {
    return new Job(
        id, uri, List.of(), target, null, OptionalLong.empty(), Bounds.NONE, Map.of(), ATTEMPTS);
  }

  /**
   * {@return a copy that expects a digest}
   *
   * @param expected the digest
   */
  public Job withChecksum(Checksum expected) {
    return new Job(id, uri, mirrors, target, expected, totalBytes, bounds, headers, attempts);
  }

  /**
   * {@return a copy that expects a length}
   *
   * @param expected the length
   */
  public Job withTotalBytes(long expected) {
    return new Job(
        id, uri, mirrors, target, checksum, OptionalLong.of(expected), bounds, headers, attempts);
  }

  /**
   * {@return what the engine is asked for, without a target: a SHA-256 is computed where no digest
   * is expected}
   *
   * @throws com.qustellar.qsde.DownloadException.InvalidRequest if the address or a field can't be
   *     used
   */
  public DownloadRequest request() {
    DownloadRequest request = bounds.applyTo(DownloadRequest.of(uri));
    if (!mirrors.isEmpty()) {
      request = request.withMirrors(mirrors);
    }
    if (totalBytes.isPresent()) {
      request = request.withTotalBytes(totalBytes.getAsLong());
    }
    for (Map.Entry<String, String> header : headers.entrySet()) {
      request = request.withHeader(header.getKey(), header.getValue());
    }
    return checksum == null
        ? request.withComputedChecksum(HashAlgorithm.SHA256)
        : request.withChecksum(checksum);
  }

  /** Shows no header fields: they may be secrets. */
  @Override
  public String toString() {
    return "Job[" + id + " -> " + target + "]";
  }
}
