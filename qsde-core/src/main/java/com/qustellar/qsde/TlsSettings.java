package com.qustellar.qsde;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How TLS connections are made; immutable.
 *
 * <p>Files are PEM (RFC 7468) and are read when the engine first connects with these settings; what
 * changes in them later counts for new engines only. A download whose settings name a file that is
 * missing or holds something else fails with {@link DownloadException.TlsFailure}, before anything
 * is asked.
 *
 * <p>TLS is the JDK's own; where {@code netty-tcnative} is on the class path, OpenSSL's.
 */
public final class TlsSettings {

  private static final TlsSettings DEFAULTS = new TlsSettings(null, null, null, true);

  private final @Nullable Path trustedCertificates;
  private final @Nullable Path clientCertificate;
  private final @Nullable Path clientKey;
  private final boolean verification;

  private TlsSettings(
      @Nullable Path trustedCertificates,
      @Nullable Path clientCertificate,
      @Nullable Path clientKey,
      boolean verification) {
    this.trustedCertificates = trustedCertificates;
    this.clientCertificate = clientCertificate;
    this.clientKey = clientKey;
    this.verification = verification;
  }

  /** {@return the JDK's trusted authorities, no client certificate, verification on} */
  public static TlsSettings defaults() {
    return DEFAULTS;
  }

  /**
   * {@return a copy that trusts these authorities instead of the JDK's}
   *
   * @param pem a file of PEM certificates; none by default
   */
  public TlsSettings withTrustedCertificates(Path pem) {
    Objects.requireNonNull(pem, "pem");
    return new TlsSettings(pem, clientCertificate, clientKey, verification);
  }

  /** {@return the file of trusted authorities, null for the JDK's own: the default} */
  public @Nullable Path trustedCertificates() {
    return trustedCertificates;
  }

  /**
   * {@return a copy that shows this certificate to servers that ask for one}
   *
   * @param certificate a PEM file: the certificate, then its chain; none by default
   * @param key a PEM file: the private key, PKCS #8 and not encrypted
   */
  public TlsSettings withClientCertificate(Path certificate, Path key) {
    Objects.requireNonNull(certificate, "certificate");
    Objects.requireNonNull(key, "key");
    return new TlsSettings(trustedCertificates, certificate, key, verification);
  }

  /** {@return the client certificate's file, null for none: the default} */
  public @Nullable Path clientCertificate() {
    return clientCertificate;
  }

  /** {@return the client key's file, null for none: the default} */
  public @Nullable Path clientKey() {
    return clientKey;
  }

  /**
   * {@return a copy that verifies servers' certificates and names, or does not}
   *
   * @param verification true by default; false accepts any server, so that anybody between can read
   *     and change what is sent: the engine logs it once
   */
  public TlsSettings withVerification(boolean verification) {
    return new TlsSettings(trustedCertificates, clientCertificate, clientKey, verification);
  }

  /** {@return whether servers are verified; true by default} */
  public boolean verification() {
    return verification;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TlsSettings that
        && Objects.equals(trustedCertificates, that.trustedCertificates)
        && Objects.equals(clientCertificate, that.clientCertificate)
        && Objects.equals(clientKey, that.clientKey)
        && verification == that.verification;
  }

  @Override
  public int hashCode() {
    return Objects.hash(trustedCertificates, clientCertificate, clientKey, verification);
  }

  @Override
  public String toString() {
    return "TlsSettings[trustedCertificates="
        + trustedCertificates
        + ", clientCertificate="
        + clientCertificate
        + ", clientKey="
        + clientKey
        + ", verification="
        + verification
        + "]";
  }
}
