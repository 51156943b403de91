package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadException.AddressRefused;
import com.qustellar.qsde.DownloadException.ConnectFailed;
import com.qustellar.qsde.DownloadException.ConnectionLost;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadException.NameNotResolved;
import com.qustellar.qsde.DownloadException.ProxyFailure;
import com.qustellar.qsde.DownloadException.TlsFailure;
import com.qustellar.qsde.internal.http.HttpUris;
import com.qustellar.qsde.reactor.DownloadOutcome;
import java.util.Set;

/** Failures in words. */
final class Failures {

  /** Those whose messages name a server: with many files from it nobody would know which failed. */
  private static final Set<Class<?>> OF_SERVERS =
      Set.of(
          AddressRefused.class,
          ConnectFailed.class,
          ConnectionLost.class,
          NameNotResolved.class,
          ProxyFailure.class,
          TlsFailure.class);

  private Failures() {}

  /** Returns what failed, why, and what to do. */
  static String line(DownloadOutcome.Failed failed) {
    String message = String.valueOf(failed.error().getMessage());
    if (failed.error() instanceof FileAccess access && access.reason() == Reason.EXISTS) {
      return message + " (see --existing)";
    }
    return OF_SERVERS.contains(failed.error().getClass())
        ? HttpUris.redact(failed.request().uri()) + ": " + message
        : message;
  }
}
