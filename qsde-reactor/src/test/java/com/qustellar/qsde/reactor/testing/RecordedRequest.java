package com.qustellar.qsde.reactor.testing;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request as it reached a {@link ScriptedOrigin}, and how much of its answer has been sent. */
public final class RecordedRequest {

  private final int connection;
  private final String method;
  private final String target;
  private final List<Map.Entry<String, String>> headers;
  private final long arrivedAtNanos = System.nanoTime();
  private volatile long bodyBytesSent;

  RecordedRequest(
      int connection, String method, String target, List<Map.Entry<String, String>> headers) {
    this.connection = connection;
    this.method = method;
    this.target = target;
    this.headers = List.copyOf(headers);
  }

  /** Returns the number of the connection it came on; an origin's first connection is number 1. */
  public int connection() {
    return connection;
  }

  /** Returns the method. */
  public String method() {
    return method;
  }

  /** Returns the request target as it was sent, with its query. */
  public String target() {
    return target;
  }

  /** Returns the target without its query. */
  public String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /** Returns the fields in the order in which they came, with repetitions. */
  public List<Map.Entry<String, String>> headers() {
    return headers;
  }

  /** Returns the first value of a field, whose name is compared without case. */
  public Optional<String> header(String name) {
    return headers.stream()
        .filter(header -> header.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** Returns when it had arrived, on the clock of {@link System#nanoTime()}. */
  public long arrivedAtNanos() {
    return arrivedAtNanos;
  }

  /** Returns how many bytes of the answer's body have been given to the socket so far. */
  public long bodyBytesSent() {
    return bodyBytesSent;
  }

  void bodyBytesSent(long sent) {
    bodyBytesSent = sent;
  }

  @Override
  public String toString() {
    return "#%d %s %s%s (%d body bytes sent)"
        .formatted(
            connection,
            method,
            target,
            header("Range").map(range -> " " + range).orElse(""),
            bodyBytesSent);
  }
}
