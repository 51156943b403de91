package com.qustellar.qsde.reactor;

import com.qustellar.qsde.TlsSettings;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Makes TLS contexts from settings: with OpenSSL where netty-tcnative is on the class path, else
 * with the JDK's.
 */
final class TlsContexts {

  private static final Logger LOG = Loggers.getLogger(TlsSettings.class);

  private final IoPool io;
  private final AtomicBoolean warned = new AtomicBoolean();

  // Guarded by this; the one that was used last stands last.
  private final Map<List<Object>, Mono<SslContext>> contexts = new LinkedHashMap<>(16, 0.75f, true);

  private final NativeContexts made = new NativeContexts();

  /**
   * Makes it.
   *
   * @param io where files are read: no thread of which ever waits for a connection, as those may
   *     that are Reactor's for whatever blocks
   */
  TlsContexts(IoPool io) {
    this.io = io;
  }

  /**
   * Returns a client that makes TLS connections as the settings say. Files are read when subscribed
   * to, the JDK's authorities are in one as well. Clients of the same settings share what was read,
   * and the sessions that servers let them go on with.
   *
   * @param http2 whether to offer HTTP/2 to servers
   */
  Mono<HttpClient> secure(HttpClient client, TlsSettings settings, boolean http2) {
    return Mono.defer(() -> shared(settings, http2))
        .map(context -> client.secure(provider(context)));
  }

  private synchronized Mono<SslContext> shared(TlsSettings settings, boolean http2) {
    List<Object> key = List.of(settings, http2);
    Mono<SslContext> shared =
        contexts.computeIfAbsent(
            key,
            unused ->
                io.call(() -> made.handle(context(settings, http2)))
                    .doOnError(thrown -> forget(key))
                    .cache());
    HttpClients.limit(contexts, HttpClients.MOST);
    return shared;
  }

  private synchronized void forget(List<Object> key) {
    contexts.remove(key);
  }

  /** Gives back what the contexts hold outside the heap, once no connection uses them. */
  void close() {
    made.close();
  }

  private static reactor.netty.tcp.SslProvider provider(SslContext context) {
    return reactor.netty.tcp.SslProvider.builder().sslContext(context).build();
  }

  private SslContext context(TlsSettings settings, boolean http2)
      throws GeneralSecurityException, IOException {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK);
    if (settings.verification()) {
      builder
          .trustManager(new ServerTrust(trust(settings.trustedCertificates())))
          .endpointIdentificationAlgorithm("HTTPS");
    } else {
      warn();
      builder
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(null);
    }
    Path certificate = settings.clientCertificate();
    Path key = settings.clientKey();
    if (certificate != null && key != null) {
      builder.keyManager(PemFiles.key(key), PemFiles.certificates(certificate));
    }
    if (http2) {
      builder
          .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  Protocol.ALPN,
                  SelectorFailureBehavior.NO_ADVERTISE,
                  SelectedListenerFailureBehavior.ACCEPT,
                  ApplicationProtocolNames.HTTP_2,
                  ApplicationProtocolNames.HTTP_1_1));
    }
    return builder.build();
  }

  private static X509ExtendedTrustManager trust(@Nullable Path pem)
      throws GeneralSecurityException, IOException {
    KeyStore authorities = null;
    if (pem != null) {
      authorities = KeyStore.getInstance(KeyStore.getDefaultType());
      authorities.load(null, null);
      int number = 0;
      for (X509Certificate authority : PemFiles.certificates(pem)) {
        authorities.setCertificateEntry(Integer.toString(number++), authority);
      }
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(authorities);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509ExtendedTrustManager.class::isInstance)
        .map(X509ExtendedTrustManager.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private void warn() {
    if (warned.compareAndSet(false, true)) {
      LOG.warn(
          "The settings switch the verification of TLS servers off:"
              + " anybody between can read and change what is downloaded");
    }
  }
}
