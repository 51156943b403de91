package com.qustellar.qsde.reactor.testing;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** Certificates of a test, and the TLS of its origins. */
public final class Certificates {

  private Certificates() {}

  /** Returns an authority that nobody trusts yet. */
  public static X509Bundle authority(String name) {
    return build(
        () ->
            new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .setIsCertificateAuthority(true)
                .buildSelfSigned());
  }

  /** Returns a certificate for 127.0.0.1 from an authority. */
  public static X509Bundle loopback(X509Bundle authority) {
    return issued(authority, builder -> builder.addSanIpAddress("127.0.0.1"));
  }

  /** Returns a certificate that an authority has issued. */
  public static X509Bundle issued(X509Bundle by, UnaryOperator<CertificateBuilder> changes) {
    return build(
        () ->
            changes
                .apply(new CertificateBuilder().ecp256().subject("CN=scripted"))
                .buildIssuedBy(by));
  }

  /** Returns a certificate for 127.0.0.1 that is its own authority. */
  public static X509Bundle selfSigned() {
    return build(
        () ->
            new CertificateBuilder()
                .ecp256()
                .subject("CN=lonely")
                .addSanIpAddress("127.0.0.1")
                .setIsCertificateAuthority(true)
                .buildSelfSigned());
  }

  /** Writes a PEM file. */
  public static Path pem(Path file, String content) throws IOException {
    return Files.writeString(file, content);
  }

  /** Returns the TLS of a server that shows this certificate. */
  public static ScriptedOrigin.Layer tls(X509Bundle certificate) {
    return tls(certificate, socket -> {});
  }

  /** Returns the TLS of a server that shows this certificate, with its sockets changed. */
  public static ScriptedOrigin.Layer tls(X509Bundle certificate, Consumer<SSLSocket> change) {
    return layer(build(() -> certificate.toKeyManagerFactory().getKeyManagers()), null, change);
  }

  /** Returns the TLS of a server that wants clients to show a certificate from an authority. */
  public static ScriptedOrigin.Layer mutual(
      X509Bundle certificate, X509Bundle clients, Consumer<SSLSocket> change) {
    return layer(
        build(() -> certificate.toKeyManagerFactory().getKeyManagers()),
        clients.toTrustManagerFactory().getTrustManagers(),
        change.andThen(socket -> socket.setNeedClientAuth(true)));
  }

  /** Returns the TLS of a server that answers with a fatal alert and no more. */
  public static ScriptedOrigin.Layer alert(int description) {
    return greeting(new byte[] {21, 3, 3, 0, 2, 2, (byte) description});
  }

  /** Returns no TLS but a greeting. */
  public static ScriptedOrigin.Layer greeting(byte[] bytes) {
    return accepted -> {
      accepted.getOutputStream().write(bytes);
      return accepted;
    };
  }

  private static ScriptedOrigin.Layer layer(
      KeyManager[] keys, TrustManager[] trusted, Consumer<SSLSocket> change) {
    SSLContext context;
    try {
      context = SSLContext.getInstance("TLS");
      context.init(keys, trusted, null);
    } catch (NoSuchAlgorithmException | KeyManagementException e) {
      throw new IllegalStateException(e);
    }
    return accepted -> {
      Socket over = context.getSocketFactory().createSocket(accepted, null, true);
      SSLSocket socket = (SSLSocket) over;
      socket.setUseClientMode(false);
      change.accept(socket);
      return socket;
    };
  }

  /** What makes something of certificates, and throws whatever it likes. */
  private interface Maker<T> {
    T make() throws Exception;
  }

  private static <T> T build(Maker<T> maker) {
    try {
      return maker.make();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
