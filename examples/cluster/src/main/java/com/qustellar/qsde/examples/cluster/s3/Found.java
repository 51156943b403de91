package com.qustellar.qsde.examples.cluster.s3;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** An object that is there, and what the store tells of it. */
record Found(HeadObjectResponse head) {

  /** What QSDE writes beside an object: {@code x-amz-meta-} goes before. */
  static final String DIGEST = "qsde-digest";

  static final String JOB = "qsde-job";
  static final String DELIVERY = "qsde-delivery";
  static final String ETAG = "qsde-source-etag";

  long bytes() {
    return head.contentLength();
  }

  /** Returns its digest, null where none was written beside it. */
  @Nullable Checksum digest() {
    try {
      return metadata(DIGEST).map(Checksum::parse).orElse(null);
    } catch (IllegalArgumentException e) {
      return null; // somebody else's
    }
  }

  /** Returns its digest by an algorithm, null where it is not known. */
  @Nullable Checksum digest(HashAlgorithm algorithm) {
    Checksum written = digest();
    if (written != null && written.algorithm() == algorithm) {
      return written;
    }
    // That of an upload in parts is a digest of digests.
    boolean whole = head.checksumType() != ChecksumType.COMPOSITE;
    return algorithm == HashAlgorithm.SHA256 && head.checksumSHA256() != null && whole
        ? Checksum.of(algorithm, Base64.getDecoder().decode(head.checksumSHA256()))
        : null;
  }

  /** Returns whether it holds what has just been fetched, as far as the store tells. */
  boolean holds(long bytes, String crc32c) {
    return bytes() == bytes
        && (head.checksumCRC32C() == null || head.checksumCRC32C().equals(crc32c));
  }

  /** Returns whether something was written beside it, and equals this. */
  boolean has(String name, String value) {
    return metadata(name).filter(value::equals).isPresent();
  }

  Optional<String> metadata(String name) {
    return Optional.ofNullable(head.metadata().get(name));
  }
}
