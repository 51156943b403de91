package com.qustellar.qsde;

/** The version of HTTP that an engine speaks. */
public enum HttpProtocol {
  /** What serves the download best of what the server offers. */
  AUTO,
  /** HTTP/1.1 only (RFC 9112): each segment has a connection of its own. */
  HTTP_1_1,
  /** HTTP/2 (RFC 9113) wherever the server offers it: many requests share a connection. */
  HTTP_2
}
