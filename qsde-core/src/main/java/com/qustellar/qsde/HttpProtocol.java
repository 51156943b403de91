package com.qustellar.qsde;

/** The version of HTTP that an engine speaks. */
public enum HttpProtocol {
  /**
   * What serves downloads best: HTTP/1.1, whose connections are read by several threads at once,
   * and do not hold each other up.
   */
  AUTO,
  /** HTTP/1.1 only (RFC 9112): each segment has a connection of its own. */
  HTTP_1_1,
  /**
   * HTTP/2 (RFC 9113) where an https server offers it by ALPN, else HTTP/1.1: the requests of all
   * downloads from an origin share a connection, and as many more as its limit of concurrent
   * streams calls for. Good for many small files, and where a server allows few connections; one
   * large file is slower than on HTTP/1.1.
   */
  HTTP_2
}
