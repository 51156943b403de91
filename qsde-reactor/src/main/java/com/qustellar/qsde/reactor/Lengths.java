package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** How long a file may be, and must be, as its request says. */
final class Lengths {

  private Lengths() {}

  /** Returns the most bytes that the file may have. */
  static long most(DownloadRequest request) {
    return Math.min(request.maxBytes(), expected(request));
  }

  /** Returns why a file is not taken whose length a server tells, if it does. */
  static Optional<DownloadException> ofTold(
      DownloadRequest request, URI uri, @Nullable Path target, OptionalLong total) {
    return isTooLarge(request, total.orElse(0))
        ? Optional.of(tooLarge(request, uri, target))
        : difference(request, total).map(reason -> other(uri, target, reason));
  }

  /**
   * Returns why a file is not taken of which so many bytes have come.
   *
   * @param bytes all of them, or one more than it may have
   */
  static Optional<DownloadException> ofCome(
      DownloadRequest request, URI uri, @Nullable Path target, long bytes) {
    long expected = expected(request);
    return bytes > expected && !isTooLarge(request, bytes)
        ? Optional.of(
            other(uri, target, "it has more than the " + expected + " bytes that are expected"))
        : ofTold(request, uri, target, OptionalLong.of(bytes));
  }

  /** Returns in what a length that is told differs from the one that is expected. */
  static Optional<String> difference(DownloadRequest request, OptionalLong total) {
    OptionalLong expected = request.totalBytes();
    return total.isEmpty() || expected.isEmpty() || total.equals(expected)
        ? Optional.empty()
        : Optional.of(
            "it has "
                + total.getAsLong()
                + " bytes, not the "
                + expected.getAsLong()
                + " that are expected");
  }

  /** Of two bounds the lower one counts: there is no use in raising the other. */
  private static boolean isTooLarge(DownloadRequest request, long bytes) {
    return bytes > request.maxBytes() && request.maxBytes() < expected(request);
  }

  private static long expected(DownloadRequest request) {
    return request.totalBytes().orElse(Long.MAX_VALUE);
  }

  private static DownloadException other(URI uri, @Nullable Path target, String reason) {
    return new DownloadException.InvalidResponse(
        uri, target, reason + ": check the size or the source", null);
  }

  private static DownloadException tooLarge(
      DownloadRequest request, URI uri, @Nullable Path target) {
    return new DownloadException.TooLarge(uri, target, request.maxBytes(), null);
  }
}
