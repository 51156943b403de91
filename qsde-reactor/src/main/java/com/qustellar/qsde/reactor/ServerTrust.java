package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException.TlsFailure.Problem;
import java.net.Socket;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts whom the JDK's trust manager trusts, and says of a server that it does not trust what is
 * wrong with its certificate: the JDK has one message for most of it.
 */
final class ServerTrust extends X509ExtendedTrustManager {

  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  private final X509ExtendedTrustManager jdk;

  /** A check of a chain that throws where it is not trusted. */
  private interface Check {
    void run() throws CertificateException;
  }

  ServerTrust(X509ExtendedTrustManager jdk) {
    this.jdk = jdk;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, authType, () -> jdk.checkServerTrusted(chain, authType, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, authType, () -> jdk.checkServerTrusted(chain, authType, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, authType, () -> jdk.checkServerTrusted(chain, authType));
  }

  private void check(X509Certificate[] chain, String authType, Check check)
      throws CertificateException {
    try {
      check.run();
    } catch (CertificateException e) {
      throw problem(chain, authType, e);
    }
  }

  private CertificateProblem problem(
      X509Certificate[] chain, String authType, CertificateException thrown) {
    Problem kind = ofPath(chain, thrown);
    if (kind == Problem.OTHER && isTrustedButForItsName(chain, authType)) {
      kind = Problem.WRONG_NAME;
    }
    return new CertificateProblem(kind, detail(kind, chain, thrown), thrown);
  }

  /** Returns what is wrong with the path from the server's certificate to an authority. */
  private static Problem ofPath(X509Certificate[] chain, CertificateException thrown) {
    CertPathValidatorException invalid = find(thrown, CertPathValidatorException.class);
    if (invalid != null) {
      if (invalid.getReason() == BasicReason.REVOKED) {
        return Problem.REVOKED;
      }
      if (invalid.getReason() == BasicReason.ALGORITHM_CONSTRAINED) {
        return Problem.WEAK;
      }
    }
    if (find(thrown, CertificateExpiredException.class) != null) {
      return Problem.EXPIRED;
    }
    if (find(thrown, CertificateNotYetValidException.class) != null) {
      return Problem.NOT_YET_VALID;
    }
    // No path was found at all. Whether a date is why, the JDK then does not tell.
    boolean noPath = find(thrown, CertPathBuilderException.class) != null || invalid != null;
    if (!noPath) {
      return Problem.OTHER;
    }
    if (isSelfSigned(chain[0])) {
      return Problem.SELF_SIGNED;
    }
    Instant now = Instant.now();
    if (firstEnd(chain).isBefore(now)) {
      return Problem.EXPIRED;
    }
    if (lastBeginning(chain).isAfter(now)) {
      return Problem.NOT_YET_VALID;
    }
    return Problem.UNKNOWN_AUTHORITY;
  }

  /** The JDK looks at the name last, and has no exception of its own for it. */
  private boolean isTrustedButForItsName(X509Certificate[] chain, String authType) {
    try {
      jdk.checkServerTrusted(chain, authType);
      return true;
    } catch (CertificateException e) {
      return false;
    }
  }

  private static String detail(Problem kind, X509Certificate[] chain, CertificateException thrown) {
    return switch (kind) {
      case EXPIRED -> "valid until " + firstEnd(chain);
      case NOT_YET_VALID -> "valid from " + lastBeginning(chain);
      case WRONG_NAME -> "it names " + names(chain[0]);
      case SELF_SIGNED -> chain[0].getSubjectX500Principal().getName();
      case UNKNOWN_AUTHORITY -> chain[chain.length - 1].getIssuerX500Principal().getName();
      default -> String.valueOf(thrown.getMessage());
    };
  }

  private static Instant firstEnd(X509Certificate[] chain) {
    return Arrays.stream(chain)
        .map(certificate -> certificate.getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElseThrow();
  }

  private static Instant lastBeginning(X509Certificate[] chain) {
    return Arrays.stream(chain)
        .map(certificate -> certificate.getNotBefore().toInstant())
        .max(Instant::compareTo)
        .orElseThrow();
  }

  private static String names(X509Certificate certificate) {
    Collection<List<?>> names = List.of();
    try {
      Collection<List<?>> found = certificate.getSubjectAlternativeNames();
      names = found == null ? List.of() : found;
    } catch (CertificateParsingException e) {
      // Then it has none that anybody could read.
    }
    String all =
        names.stream()
            .filter(name -> name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS))
            .map(name -> String.valueOf(name.get(1)))
            .collect(Collectors.joining(", "));
    return all.isEmpty() ? "no host" : all;
  }

  private static boolean isSelfSigned(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
  }

  private static <T extends Throwable> @Nullable T find(Throwable thrown, Class<T> kind) {
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      if (kind.isInstance(at)) {
        return kind.cast(at);
      }
    }
    return null;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    jdk.checkClientTrusted(chain, authType, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    jdk.checkClientTrusted(chain, authType, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    jdk.checkClientTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return jdk.getAcceptedIssuers();
  }
}
