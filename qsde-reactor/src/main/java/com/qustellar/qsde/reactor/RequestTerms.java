package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.Source;
import com.qustellar.qsde.internal.http.CookieJar;
import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.plan.ByteRange;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How one file is asked for: with the caller's settings, or else the engine's as they are now, and
 * with the header fields that are for who is asked.
 */
final class RequestTerms {

  private final NettyDownloadEngine engine;
  private final DownloadRequest request;
  private final Mirrors mirrors;
  private final Destination destination;
  private final boolean anew;
  private final Throttle throttle;

  private volatile CookieJar cookies = CookieJar.empty();

  /**
   * Makes those of a request.
   *
   * @param anew whether caches on the way are to ask their origin
   */
  RequestTerms(
      NettyDownloadEngine engine,
      DownloadRequest request,
      Mirrors mirrors,
      Destination destination,
      boolean anew) {
    this.engine = engine;
    this.request = request;
    this.mirrors = mirrors;
    this.destination = destination;
    this.anew = anew;
    this.throttle = new Throttle(request::bytesPerSecond, engine.scheduler());
  }

  // ---- settings

  /** Returns how many connections are wanted, or {@link Limits#AUTO}. */
  int connections() {
    return request.connections() == Limits.AUTO
        ? engine.limits().connectionsPerDownload()
        : request.connections();
  }

  NetworkSettings network() {
    NetworkSettings own = request.network();
    return own == null ? engine.network() : own;
  }

  RetryPolicy retryPolicy() {
    RetryPolicy own = request.retryPolicy();
    RetryPolicy policy = own == null ? engine.retryPolicy() : own;
    return mirrors.representation() == null ? policy : policy.established();
  }

  /** Returns whether a bound on the bytes a second slows it down. */
  boolean isPaced() {
    return request.bytesPerSecond() != Limits.UNLIMITED
        || engine.limits().bytesPerSecond() != Limits.UNLIMITED;
  }

  /** Returns how many bytes are to be read at once, so that they come evenly. */
  int readSize() {
    return Math.min(throttle.readSize(), engine.throttle().readSize());
  }

  /** Returns the turns in which one body is read. */
  ReadTurns readTurns() {
    return new ReadTurns(throttle, engine.throttle());
  }

  // ---- header fields

  /** Returns the header fields of one request. */
  Map<String, String> headers(
      Mirror mirror, URI uri, NetworkSettings settings, @Nullable ByteRange range) {
    Whereabouts told = mirror.whereabouts();
    Source source = told == null ? null : told.current();
    Optional<String> kept = cookies.header(uri, Instant.now());
    Representation there = mirror.representation();
    Optional<String> ifRange = there == null ? Optional.empty() : there.ifRange(uri);
    Map<String, String> fields =
        RequestHeaders.of(
            request, mirror.requested(), source, settings, uri, kept, range, ifRange, anew);
    if (isConditional(mirror)) {
      fields.putAll(destination.conditions());
    }
    return fields;
  }

  /** Returns whether the first answer, of who gave what is there, may say that it is the same. */
  boolean isConditional(Mirror mirror) {
    return mirrors.representation() == null
        && mirrors.isRequested(mirror)
        && !destination.conditions().isEmpty();
  }

  /** Keeps the cookies of an answer, for as long as the download lasts. */
  synchronized void keepCookies(URI uri, ResponseHead head) {
    cookies = cookies.with(uri, head);
  }
}
