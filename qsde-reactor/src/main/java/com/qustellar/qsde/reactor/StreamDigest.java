package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.HashAlgorithm;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.function.Supplier;

/**
 * The digest of bytes that pass in order, on one thread at a time.
 *
 * <p>A provider of digests is others' code, and Reactor tells nobody of what the JVM throws: that
 * is {@link DownloadException.Unexpected} here.
 */
final class StreamDigest {

  private final HashAlgorithm algorithm;
  private final MessageDigest digest;
  private final Supplier<URI> uri;

  /**
   * Makes that of no bytes.
   *
   * @param uri tells whose bytes they are, where the digest fails
   */
  StreamDigest(HashAlgorithm algorithm, Supplier<URI> uri) {
    this.algorithm = algorithm;
    this.digest = algorithm.newDigest();
    this.uri = uri;
  }

  void update(ByteBuffer bytes) {
    try {
      digest.update(bytes);
    } catch (RuntimeException | Error e) {
      throw failed(e);
    }
  }

  /** Returns the digest of all that has passed; there is nothing to be added afterwards. */
  Checksum finish() {
    byte[] finished;
    try {
      finished = digest.digest();
    } catch (RuntimeException | Error e) {
      throw failed(e);
    }
    return Checksum.of(algorithm, finished);
  }

  private DownloadException failed(Throwable thrown) {
    return new DownloadException.Unexpected(uri.get(), null, thrown);
  }
}
