package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.internal.http.DigestFields;
import com.qustellar.qsde.internal.http.ResponseHead;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The digest that is made of a file, and the one that it must have: the request's, else what the
 * server offers.
 *
 * @param algorithm null where no digest is made
 * @param expected null where any will do
 */
record Verification(@Nullable HashAlgorithm algorithm, @Nullable Checksum expected) {

  static final Verification NONE = new Verification(null, null);

  /** Returns what is to be verified of the file that an answer begins. */
  static Verification of(DownloadRequest request, ResponseHead head) {
    Checksum named = request.checksum();
    if (named != null) {
      return new Verification(named.algorithm(), named);
    }
    HashAlgorithm computed = request.computedChecksum();
    Checksum offered =
        DigestFields.ofWhole(head)
            .filter(digest -> computed == null || digest.algorithm() == computed)
            .orElse(null);
    return new Verification(offered == null ? computed : offered.algorithm(), offered);
  }

  /**
   * Compares a digest with the expected one.
   *
   * @throws DownloadException.ChecksumMismatch if it is another
   */
  void agree(URI uri, @Nullable Path target, Checksum actual) {
    if (expected != null && !expected.equals(actual)) {
      throw new DownloadException.ChecksumMismatch(uri, target, expected, actual, null);
    }
  }
}
