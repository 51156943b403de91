package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.Source;
import com.qustellar.qsde.internal.http.Origin;
import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.http.ResponseRules;
import com.qustellar.qsde.internal.http.ResponseVerdict;
import com.qustellar.qsde.internal.plan.ByteRange;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One request for a range and its answer, redirects followed: what the answer is taken for is
 * {@link Acceptance}'s to say, and {@link SegmentBody} has what it brings.
 */
final class Exchange {

  private final NettyDownloadEngine engine;
  private final FileFetch file;
  private final RequestTerms terms;
  private final Mirror mirror;
  private final SegmentBody body;
  private final Acceptance acceptance;
  private volatile boolean answered;
  private volatile long askedAt;
  private volatile long begunAt;
  private volatile @Nullable Representation here;
  private volatile @Nullable Source named;
  private volatile boolean refused;

  /**
   * Prepares an exchange.
   *
   * @param mirror who is asked
   * @param doubtful whether the last answer for this segment was {@link #isDoubtful}
   */
  Exchange(
      NettyDownloadEngine engine,
      FileFetch file,
      Mirror mirror,
      long from,
      long end,
      boolean doubtful) {
    this.engine = engine;
    this.file = file;
    this.terms = file.terms();
    this.mirror = mirror;
    this.body = new SegmentBody(file, from, end);
    this.acceptance = new Acceptance(engine, file, mirror, body, doubtful);
  }

  /** Returns who is asked. */
  Mirror mirror() {
    return mirror;
  }

  /** Returns what it brings. */
  SegmentBody body() {
    return body;
  }

  /** Returns how many bytes it has brought so far. */
  long brought() {
    return body.brought();
  }

  /** Returns for how long it has been at it, its waits for a place not counted. */
  long busy(long nanoTime) {
    return begunAt == 0 ? 0 : nanoTime - begunAt;
  }

  /** Returns whether the origin refused the connection while it had others. */
  boolean refused() {
    return refused;
  }

  /** Returns whether this or the last answer was perhaps not about the file at all. */
  boolean isDoubtful() {
    return acceptance.isDoubtful();
  }

  /**
   * Completes once all that the exchange has begun has ended, every write; fails if one of those
   * failed. Nothing begins from then on.
   */
  Mono<Void> idle() {
    return acceptance.end().then(Mono.defer(body::idle));
  }

  /** Asks when subscribed to; completes once the last write has ended. */
  Mono<Void> run() {
    Representation there = mirror.representation();
    boolean ranged = there == null ? mayBeRanged(file.representation()) : there.canContinue();
    Whereabouts source = mirror.whereabouts();
    if (source == null || there != null) {
      return ask(Hop.to(mirror.uri(), ranged));
    }
    return source
        .known(terms.network().stallTimeout())
        .flatMap(first -> ask(Hop.to(first.uri(), ranged)));
  }

  /** What is to be told from another file at another mirror must have a length. */
  private static boolean mayBeRanged(@Nullable Representation known) {
    return known == null || known.total().isPresent();
  }

  private Mono<Void> ask(Hop hop) {
    return engine
        .admission()
        .connection(
            Origin.of(hop.uri()),
            file.request().priority(),
            file.progress(),
            given -> ask(hop, given))
        .flatMap(this::ask);
  }

  private Mono<Hop> ask(Hop hop, HostGate.Connection given) {
    URI asked = hop.uri();
    answered = false;
    askedAt = System.nanoTime();
    begunAt = begunAt == 0 ? askedAt : begunAt;
    Whereabouts source = mirror.whereabouts();
    named = source == null ? null : source.current();
    body.asked();
    NetworkSettings settings = terms.network();
    Representation known = file.representation();
    here = mirror.representation();
    ByteRange range = hop.ranged() ? body.range() : null;
    Flux<Hop> exchange =
        engine
            .transport()
            .get(
                asked,
                terms.headers(mirror, asked, settings, range),
                settings,
                terms.readSize(),
                (head, content, near) -> receive(hop, known, given, range, head, content, near));
    StallWatch.Check check =
        StallWatch.silence(
            settings.stallTimeout(),
            this::activity,
            () -> TransportFailures.stall(asked, file.target(), answered));
    if (settings.speedLimit() > 0) {
      check =
          check.or(
              StallWatch.slowness(
                  settings.speedLimit(),
                  body::isWaiting,
                  body::brought,
                  () -> TransportFailures.slow(asked, file.target())));
    }
    Mono<Hop> watched =
        engine
            .stallWatch()
            .watched(exchange, check)
            .onErrorMap(thrown -> failure(asked, known, given, thrown));
    // Counted out before the end is told: the last snapshot shows no active segment.
    return Mono.using(
        () -> {
          file.progress().segmentStarted();
          engine.metrics().connectionTaken(given.origin());
          return given;
        },
        place -> watched,
        place -> {
          file.progress().segmentStopped();
          engine.metrics().connectionReleased(place.origin());
        });
  }

  private DownloadException failure(
      URI asked, @Nullable Representation known, HostGate.Connection given, Throwable thrown) {
    DownloadException failure =
        TransportFailures.translate(asked, file.target(), thrown, answered, known != null);
    refused = TransportFailures.isRefusal(failure, answered) && given.refused(answered);
    return failure;
  }

  private long activity() {
    return answered ? body.activity() : 0;
  }

  private Mono<Hop> receive(
      Hop hop,
      @Nullable Representation known,
      HostGate.Connection given,
      @Nullable ByteRange range,
      ResponseHead head,
      Flux<ByteBuf> content,
      BooleanSupplier near) {
    URI uri = hop.uri();
    answered = true;
    terms.keepCookies(uri, head);
    engine.metrics().answered(Duration.ofNanos(System.nanoTime() - askedAt));
    boolean conditional = terms.isConditional(mirror);
    ResponseVerdict verdict = ResponseRules.judge(head, range, known == null, conditional);
    if (verdict instanceof ResponseVerdict.Redirect redirect) {
      int limit = terms.network().maxRedirects();
      return body.drain(content)
          .then(Mono.fromCallable(() -> hop.follow(redirect.location(), limit, file.target())));
    }
    if (verdict instanceof ResponseVerdict.NotModified) {
      body.endsAt(body.from());
      given.served();
      return body.drain(content).then(Mono.fromRunnable(() -> file.notModified(uri)));
    }
    if (verdict instanceof ResponseVerdict.AskWithoutRange || isRefusedAgain(verdict, range)) {
      return body.drain(content).thenReturn(hop.withoutRange());
    }
    if (verdict instanceof ResponseVerdict.Failed failed) {
      failed.retryAfter().ifPresent(wait -> hold(uri, failed.status(), wait));
      Optional<Hop> renewed = hop.renew(failed.status(), mirror.lasting(), here, mirror.uri());
      if (renewed.isPresent()) {
        return body.drain(content).then(renewed(renewed.get()));
      }
      return body.drain(content)
          .then(Mono.error(() -> TransportFailures.status(uri, file.target(), failed, head)));
    }
    if (verdict instanceof ResponseVerdict.Invalid invalid) {
      return Mono.error(
          new DownloadException.InvalidResponse(
              uri, file.target(), invalid.reason(), here != null, null));
    }
    given.served();
    return acceptance
        .take(new Acceptance.Answer(uri, known, here, verdict, head, near), content)
        .then(Mono.empty());
  }

  /**
   * A server that has refused the first range, and then given the whole, does so with each: that is
   * no news of the file.
   */
  private boolean isRefusedAgain(ResponseVerdict verdict, @Nullable ByteRange range) {
    Representation stream = here;
    if (range == null || stream == null || stream.ranged()) {
      return false;
    }
    return verdict instanceof ResponseVerdict.Failed failed
        ? failed.status() == 400
        : verdict instanceof ResponseVerdict.Unsatisfiable refused && refused.total().isEmpty();
  }

  /** Who begins anew asks the source where, if there is one. */
  private Mono<Hop> renewed(Hop hop) {
    Whereabouts source = mirror.whereabouts();
    if (source == null || !hop.renewed()) {
      return Mono.just(hop);
    }
    return source.anew(named, terms.network().stallTimeout()).map(now -> hop.at(now.uri()));
  }

  /** A server that asks for time gets it from all downloads, unless it asks for too much. */
  private void hold(URI uri, int status, Duration wait) {
    if (TransportFailures.isBusy(status)
        && wait.compareTo(terms.retryPolicy().longestRetryAfter()) <= 0) {
      engine.admission().hold(Origin.of(uri), wait);
    }
  }
}
