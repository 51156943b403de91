package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/**
 * The certificate of an origin on loopback, its own authority, made for one benchmark.
 *
 * @param pem the certificate, for commands and the origin
 * @param key its private key, for the origin
 * @param trusted the certificate, for JVMs
 */
record Certificate(Path pem, Path key, Path trusted) {

  private static final String ALIAS = "origin";

  /** It guards nothing. */
  private static final String PASSWORD = "benchmark";

  /** Makes one. */
  static Certificate create(Path folder) throws IOException, InterruptedException {
    Path made = folder.resolve("origin.p12");
    Path log = folder.resolve("keytool.log");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + ALIAS,
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-keystore",
                made.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool failed: " + Commands.tail(log));
    }
    try {
      return unpack(made, folder);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static Certificate unpack(Path made, Path folder)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(made)) {
      store.load(in, PASSWORD.toCharArray());
    }
    java.security.cert.Certificate certificate = store.getCertificate(ALIAS);
    Key key = store.getKey(ALIAS, PASSWORD.toCharArray());
    KeyStore trusting = KeyStore.getInstance("PKCS12");
    trusting.load(null, null);
    trusting.setCertificateEntry(ALIAS, certificate);
    Path trusted = folder.resolve("trusted.p12");
    try (OutputStream out = Files.newOutputStream(trusted)) {
      trusting.store(out, PASSWORD.toCharArray());
    }
    return new Certificate(
        pem(folder.resolve("origin.pem"), "CERTIFICATE", certificate.getEncoded()),
        pem(folder.resolve("origin.key"), "PRIVATE KEY", key.getEncoded()),
        trusted);
  }

  private static Path pem(Path file, String label, byte[] bytes) throws IOException {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return Files.writeString(
        file, "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n");
  }

  /** Returns the options of a JVM that is to trust it, and nobody else. */
  List<String> javaOptions() {
    return List.of(
        "-Djavax.net.ssl.trustStore=" + trusted,
        "-Djavax.net.ssl.trustStoreType=PKCS12",
        "-Djavax.net.ssl.trustStorePassword=" + PASSWORD);
  }

  /** Returns what nginx is to be told of it. */
  String nginxDirectives() {
    return "ssl_certificate " + pem + "; ssl_certificate_key " + key + ";";
  }
}
