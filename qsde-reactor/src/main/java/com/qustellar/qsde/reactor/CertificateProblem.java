package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException.TlsFailure.Problem;
import java.security.cert.CertificateException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is wrong with a certificate, as far as it could be found out where it was looked at. */
final class CertificateProblem extends CertificateException {

  private static final long serialVersionUID = 1;

  private final Problem kind;
  private final String detail;

  CertificateProblem(Problem kind, String detail, @Nullable Throwable cause) {
    super(detail, cause);
    this.kind = kind;
    this.detail = detail;
  }

  /** Returns the one among a failure and its causes: a TLS engine wraps what it is told. */
  static Optional<CertificateProblem> in(Throwable thrown) {
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      if (at instanceof CertificateProblem problem) {
        return Optional.of(problem);
      }
    }
    return Optional.empty();
  }

  Problem kind() {
    return kind;
  }

  String detail() {
    return detail;
  }
}
