package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.Timeout.Phase;
import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.http.ResponseVerdict;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.NotYetConnectedException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Tells what an error of the HTTP client means, and an answer that says no. */
final class TransportFailures {

  private TransportFailures() {}

  /**
   * Turns what the client threw into the failure of the exchange.
   *
   * @param answered whether the head of the response had arrived
   * @param afterGoodAnswers whether the server had answered this download well before
   */
  static DownloadException translate(
      URI uri,
      @Nullable Path target,
      Throwable thrown,
      boolean answered,
      boolean afterGoodAnswers) {
    if (thrown instanceof DownloadException known) {
      return known;
    }
    if (thrown instanceof ProxyException proxy) {
      return new DownloadException.ProxyFailure(
          uri, target, proxy.proxy(), proxy.fault(), proxy.status(), thrown);
    }
    if (thrown instanceof RefusedAddressException refused) {
      return new DownloadException.AddressRefused(uri, target, refused.address(), thrown);
    }
    if (thrown instanceof Via.UnusableProxyException) {
      return new DownloadException.InvalidRequest(
          uri, target, String.valueOf(thrown.getMessage()), thrown);
    }
    Throwable unresolved =
        thrown instanceof Via.UnresolvedTargetException ? thrown.getCause() : thrown;
    if (unresolved instanceof MissingFamilyException missing) {
      return new DownloadException.NameNotResolved(
          uri, target, missing.family(), !missing.isLiteral(), thrown);
    }
    if (thrown instanceof UnknownHostException) {
      return new DownloadException.NameNotResolved(uri, target, thrown);
    }
    if (thrown instanceof ConnectTimeoutException) {
      return new DownloadException.Timeout(uri, target, Phase.CONNECT, thrown);
    }
    if (thrown instanceof ConnectException || thrown instanceof NoRouteToHostException) {
      return new DownloadException.ConnectFailed(uri, target, thrown);
    }
    if (thrown instanceof SslHandshakeTimeoutException) {
      return new DownloadException.Timeout(uri, target, Phase.TLS, thrown);
    }
    Optional<CertificateProblem> certificate = CertificateProblem.in(thrown);
    if (certificate.isPresent()) {
      return TlsFailures.translate(uri, target, certificate.get(), thrown);
    }
    if (thrown instanceof SSLException tls) {
      return TlsFailures.translate(uri, target, tls, answered);
    }
    if (thrown instanceof DecoderException && thrown.getCause() instanceof SSLException cause) {
      return translate(uri, target, cause, answered, afterGoodAnswers);
    }
    if (isNotHttp(thrown)) {
      return new DownloadException.InvalidResponse(
          uri, target, breach(thrown), afterGoodAnswers, thrown);
    }
    if (thrown instanceof IOException || isNoLongerConnected(thrown)) {
      return new DownloadException.ConnectionLost(uri, target, thrown);
    }
    return new DownloadException.Unexpected(uri, target, thrown);
  }

  /** Returns the failure of an exchange in which no byte came though bytes were wanted. */
  static DownloadException stall(URI uri, @Nullable Path target, boolean answered) {
    Phase phase = answered ? Phase.STALL : Phase.RESPONSE;
    return new DownloadException.Timeout(uri, target, phase, null);
  }

  /** Returns the failure of an exchange whose bytes came too slowly. */
  static DownloadException slow(URI uri, @Nullable Path target) {
    return new DownloadException.Timeout(uri, target, Phase.SLOW, null);
  }

  /** Returns the failure of an answer that says no. */
  static DownloadException status(
      URI uri, @Nullable Path target, ResponseVerdict.Failed failed, ResponseHead head) {
    Instant until = failed.retryAfter().map(head.received()::plus).orElse(null);
    return new DownloadException.HttpStatus(
        uri, target, failed.status(), until, head.received(), null);
  }

  /**
   * Returns whether this is how servers say that they have too many connections already: 503, 429,
   * or nothing at all.
   */
  static boolean isRefusal(Throwable failure, boolean answered) {
    if (failure instanceof DownloadException.HttpStatus no) {
      return isBusy(no.status());
    }
    return failure instanceof DownloadException.ConnectFailed
        || (failure instanceof DownloadException.ConnectionLost && !answered);
  }

  /** Returns whether a server asks with this status to be left alone for a while. */
  static boolean isBusy(int status) {
    return status == 429 || status == 503;
  }

  /** A socket that is reset while it is read says ENOTCONN, which Netty has this name for. */
  static boolean isNoLongerConnected(Throwable thrown) {
    return thrown instanceof NotYetConnectedException;
  }

  /** Returns whether what has arrived could not be read. */
  static boolean isNotHttp(Throwable thrown) {
    return thrown instanceof DecoderException || Http2.isBreach(thrown) || isOfTheCodec(thrown);
  }

  private static String breach(Throwable thrown) {
    if (thrown instanceof TooLongFrameException) {
      return "its head is too long";
    }
    return isOfTheCodec(thrown) ? "its head breaks the rules of HTTP" : "it is not HTTP";
  }

  /** The codec reports some faults of a response as an illegal argument, as a defect of ours is. */
  private static boolean isOfTheCodec(Throwable thrown) {
    return thrown instanceof IllegalArgumentException
        && Arrays.stream(thrown.getStackTrace())
            .map(StackTraceElement::getClassName)
            .filter(name -> !name.startsWith("java."))
            .findFirst()
            .filter(name -> name.startsWith("io.netty."))
            .isPresent();
  }
}
