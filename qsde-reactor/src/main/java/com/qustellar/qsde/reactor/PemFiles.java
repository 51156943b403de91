package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException.TlsFailure.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads certificates and keys from PEM files (RFC 7468), and says which file holds none. */
final class PemFiles {

  private static final List<String> KEY_TYPES = List.of("RSA", "EC", "EdDSA");

  private static final Pattern LABEL = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----");

  private static final Pattern CERTIFICATE = Pattern.compile("-----BEGIN CERTIFICATE-----");

  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  private PemFiles() {}

  /** Returns the certificates of a file, at least one. */
  static List<X509Certificate> certificates(Path file) throws CertificateProblem {
    byte[] content = read(file);
    if (!CERTIFICATE.matcher(new String(content, StandardCharsets.ISO_8859_1)).find()) {
      throw unusable(file, "holds no PEM certificate", null);
    }
    try {
      return CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(content))
          .stream()
          .map(X509Certificate.class::cast)
          .toList();
    } catch (CertificateException e) {
      throw unusable(file, "holds a certificate that cannot be read", e);
    }
  }

  /** Returns the private key of a file. */
  static PrivateKey key(Path file) throws CertificateProblem {
    // Base64 and labels are ASCII; what is not is no part of either.
    String content = new String(read(file), StandardCharsets.ISO_8859_1);
    Matcher pem = PKCS8.matcher(content);
    if (!pem.find()) {
      throw unusable(file, whatInstead(content), null);
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(pem.group(1));
    } catch (IllegalArgumentException e) {
      throw unusable(file, "holds a private key that cannot be read", e);
    }
    GeneralSecurityException last = null;
    for (String type : KEY_TYPES) {
      try {
        return KeyFactory.getInstance(type).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (GeneralSecurityException e) {
        last = e;
      }
    }
    throw unusable(file, "holds a private key that cannot be read", last);
  }

  private static String whatInstead(String content) {
    Matcher label = LABEL.matcher(content);
    if (!label.find()) {
      return "holds no PEM private key";
    }
    String found = label.group(1);
    if (found.startsWith("ENCRYPTED")) {
      return "holds an encrypted private key, which cannot be used: decrypt it first";
    }
    return found.endsWith("PRIVATE KEY")
        ? "holds a private key that is not PKCS #8: convert it, with openssl pkcs8 -topk8, say"
        : "holds no private key, but " + found;
  }

  private static byte[] read(Path file) throws CertificateProblem {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw unusable(file, "does not exist", e);
    } catch (IOException e) {
      throw unusable(file, "cannot be read", e);
    }
  }

  private static CertificateProblem unusable(Path file, String why, @Nullable Exception cause) {
    return new CertificateProblem(Problem.SETTINGS, file + " " + why, cause);
  }
}
