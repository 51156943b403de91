package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.TlsFailure;
import com.qustellar.qsde.DownloadException.TlsFailure.Problem;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslClosedEngineException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Tells what an error of TLS means.
 *
 * <p>Certificates were judged where they were seen: see {@link ServerTrust}. What the other side
 * says in an alert (RFC 8446 §6) is in the text of the exception only: the JDK writes {@code
 * handshake_failure}, OpenSSL {@code SSLV3_ALERT_HANDSHAKE_FAILURE}.
 */
final class TlsFailures {

  private static final List<String> CLIENT_CERTIFICATE_ALERTS =
      List.of(
          "certificate_required",
          "bad_certificate",
          "unsupported_certificate",
          "certificate_revoked",
          "certificate_expired",
          "certificate_unknown",
          "unknown_ca",
          "access_denied");

  private static final List<String> PROTOCOL_ALERTS =
      List.of(
          "handshake_failure",
          "protocol_version",
          "insufficient_security",
          // Not alerts, but the same found out on this side.
          "is not accepted by client preferences",
          "no appropriate protocol",
          "unsupported_protocol",
          "no_ciphers_available");

  private TlsFailures() {}

  /**
   * Turns an error of TLS into the failure of the exchange.
   *
   * @param answered whether the head of the response had arrived
   */
  static DownloadException translate(
      URI uri, @Nullable Path target, SSLException thrown, boolean answered) {
    if (answered || isOfTheConnection(thrown)) {
      return new DownloadException.ConnectionLost(uri, target, thrown);
    }
    Problem kind = kind(thrown);
    return kind == Problem.OTHER
        ? new TlsFailure(uri, target, thrown)
        : new TlsFailure(uri, target, kind, null, thrown);
  }

  /** Returns the failure of an exchange for which a certificate was no good. */
  static DownloadException translate(
      URI uri, @Nullable Path target, CertificateProblem problem, Throwable thrown) {
    return problem.kind() == Problem.OTHER
        ? new TlsFailure(uri, target, thrown)
        : new TlsFailure(uri, target, problem.kind(), problem.detail(), thrown);
  }

  /** Such a one may come about at any time, and has nothing to do with who is trusted. */
  private static boolean isOfTheConnection(SSLException thrown) {
    if (thrown instanceof SslClosedEngineException) {
      return true;
    }
    Throwable cause = thrown.getCause();
    return cause instanceof IOException && !(cause instanceof SSLException);
  }

  private static Problem kind(SSLException thrown) {
    if (thrown instanceof NotSslRecordException) {
      return Problem.NOT_TLS;
    }
    String words = String.valueOf(thrown.getMessage()).toLowerCase(Locale.ROOT);
    if (CLIENT_CERTIFICATE_ALERTS.stream().anyMatch(words::contains)) {
      return Problem.CLIENT_CERTIFICATE;
    }
    return PROTOCOL_ALERTS.stream().anyMatch(words::contains)
        ? Problem.NO_COMMON_PROTOCOL
        : Problem.OTHER;
  }
}
