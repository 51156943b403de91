package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException.ProxyFailure.Fault;
import io.netty.handler.proxy.ProxyConnectException;
import java.io.IOException;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A proxy is not there, or did not lead to the server. Its message names no secret. */
final class ProxyException extends IOException {

  private static final long serialVersionUID = 1;

  /** How Netty's handlers for proxies tell what the proxy has answered. */
  private static final Pattern HTTP_STATUS = Pattern.compile(", status: (\\d{3})\\b.*");

  private static final Pattern SOCKS_STATUS = Pattern.compile(", status: (\\w+)\\((\\d+)\\).*");

  private final Fault fault;
  private final int status;

  /** Which proxy; null until {@link #named} tells. */
  private @Nullable URI proxy;

  private ProxyException(String message, Fault fault, int status, @Nullable Throwable cause) {
    super(message, cause);
    this.fault = fault;
    this.status = status;
  }

  static ProxyException unreachable(Throwable cause) {
    String words = cause.getMessage();
    return new ProxyException(
        words == null ? cause.getClass().getSimpleName() : words, Fault.UNREACHABLE, 0, cause);
  }

  /** What an HTTP proxy means by a status that is not the server's. */
  static ProxyException ofStatus(int status, @Nullable Throwable cause) {
    Fault fault =
        switch (status) {
          case 407 -> Fault.CREDENTIALS;
          case 408, 429, 500, 502, 503, 504 -> Fault.LEADS_NOWHERE;
          default -> Fault.REFUSED;
        };
    return new ProxyException("status " + status, fault, status, cause);
  }

  static ProxyException of(ProxyConnectException thrown) {
    String words = String.valueOf(thrown.getMessage());
    String said = words.replaceFirst("^.*? => [^,]*", "");
    Matcher http = HTTP_STATUS.matcher(said);
    if (http.matches()) {
      return ofStatus(Integer.parseInt(http.group(1)), thrown);
    }
    Matcher socks = SOCKS_STATUS.matcher(said);
    if (socks.matches()) {
      return new ProxyException(socks.group(1), socks(socks.group(2)), 0, thrown);
    }
    if (said.startsWith(", authStatus") || said.startsWith(", unexpected authMethod")) {
      return new ProxyException("they were refused", Fault.CREDENTIALS, 0, thrown);
    }
    return new ProxyException(
        said.startsWith(", timeout") ? "it did not answer in time" : "it closed the connection",
        Fault.UNREACHABLE,
        0,
        thrown);
  }

  /** RFC 1928 §6. */
  private static Fault socks(String reply) {
    return switch (reply) {
      case "2", "7", "8" -> Fault.REFUSED;
      default -> Fault.LEADS_NOWHERE;
    };
  }

  /** Returns this, which knows now which proxy it was. */
  ProxyException named(@Nullable URI proxy) {
    this.proxy = proxy;
    return this;
  }

  /** Returns the proxy, with its credentials; null where that is not known. */
  @Nullable URI proxy() {
    return proxy;
  }

  Fault fault() {
    return fault;
  }

  /** Returns the status that an HTTP proxy answered with, 0 for none. */
  int status() {
    return status;
  }
}
