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
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * One request for a range and its answer, redirects followed, the body written.
 *
 * <p>The very first answer of a download begins it: it decides what the file is. Every later one
 * must be of the same version.
 */
final class Exchange {

  /** What is read of a body that is not wanted, so that its connection can be used again. */
  private static final int DRAIN = 16 << 10;

  private final NettyDownloadEngine engine;
  private final FileFetch file;
  private final Mirror mirror;
  private final long from;
  private volatile long end;
  private volatile URI asked;
  private volatile boolean answered;
  private volatile long askedAt;
  private volatile long begunAt;
  private volatile long start;
  private volatile @Nullable Representation here;
  private volatile @Nullable Source named;
  private volatile boolean refused;
  private volatile boolean doubtful;
  private volatile @Nullable SegmentWriter writer;
  private volatile long drained = StallWatch.CONTENT;

  // Guarded by this.
  private @Nullable Mono<Boolean> beginning;
  private boolean over;
  private boolean givenUp;

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
    this.mirror = mirror;
    this.asked = mirror.uri();
    this.from = from;
    this.end = end;
    this.doubtful = doubtful;
  }

  /** Returns who is asked. */
  Mirror mirror() {
    return mirror;
  }

  /** Returns how many bytes it has brought so far. */
  long brought() {
    SegmentWriter body = writer;
    return body == null ? 0 : body.position() - start;
  }

  /** Returns for how long it has been at it, its waits for a place not counted. */
  long busy(long nanoTime) {
    return begunAt == 0 ? 0 : nanoTime - begunAt;
  }

  /** Returns the offset after the last byte that has been given to a write. */
  long position() {
    SegmentWriter body = writer;
    return body == null ? from : body.position();
  }

  /** Returns where the segment ends, which the answer may have moved; the maximum if unknown. */
  long end() {
    return end;
  }

  /** Has the body end sooner; returns whether it does, as it may be there already. */
  synchronized boolean cut(long at) {
    SegmentWriter body = writer;
    boolean possible = body == null ? at > from && at < end : body.cut(at);
    if (possible) {
      end = at;
    }
    return possible;
  }

  /** Returns whether a body is being received. */
  boolean isReceiving() {
    return writer != null;
  }

  /** Returns whether bytes are wanted now which have not come. */
  boolean isWaiting() {
    SegmentWriter body = writer;
    return body != null && body.activity() != StallWatch.CONTENT;
  }

  /** Ends a body that is being received where it is: the connection is not worth the wait. */
  void giveUp() {
    SegmentWriter body;
    synchronized (this) {
      givenUp = true;
      body = writer;
    }
    if (body != null) {
      body.giveUp();
    }
  }

  private synchronized boolean isGivenUp() {
    return givenUp;
  }

  /** Returns whether the origin refused the connection while it had others. */
  boolean refused() {
    return refused;
  }

  /** Returns whether this or the last answer was perhaps not about the file at all. */
  boolean isDoubtful() {
    return doubtful;
  }

  /**
   * Completes once all that the exchange has begun has ended, every write; fails if one of those
   * failed. Nothing begins from then on.
   */
  Mono<Void> idle() {
    Mono<Boolean> begun;
    synchronized (this) {
      over = true;
      begun = beginning;
    }
    Mono<Void> ended = begun == null ? Mono.empty() : begun.onErrorComplete().then();
    return ended.then(
        Mono.defer(
            () -> {
              SegmentWriter body = writer;
              return body == null ? Mono.empty() : body.idle();
            }));
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
        .known(file.network().stallTimeout())
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

  private Mono<Hop> ask(Hop hop, Admission.Place given) {
    asked = hop.uri();
    answered = false;
    askedAt = System.nanoTime();
    begunAt = begunAt == 0 ? askedAt : begunAt;
    Whereabouts source = mirror.whereabouts();
    named = source == null ? null : source.current();
    drained = StallWatch.CONTENT;
    NetworkSettings settings = file.network();
    Representation known = file.representation();
    here = mirror.representation();
    ByteRange range = hop.ranged() ? new ByteRange(from, end) : null;
    Mono<Hop> exchange =
        engine
            .transport()
            .get(
                hop.uri(),
                file.headers(mirror, hop.uri(), settings, range),
                settings,
                file.readSize(),
                (head, body) -> receive(hop, known, given, range, head, body))
            .singleOrEmpty()
            .onErrorMap(
                thrown ->
                    TransportFailures.translate(
                        asked, file.target(), thrown, answered, known != null));
    Mono<Hop> stalled =
        engine
            .stallWatch()
            .stalled(settings.stallTimeout(), this::activity)
            .then(Mono.error(() -> TransportFailures.stall(asked, file.target(), answered)));
    Mono<Hop> slow =
        engine
            .stallWatch()
            .slow(settings.speedLimit(), this::isWaiting, this::brought)
            .then(Mono.error(() -> TransportFailures.slow(asked, file.target())));
    // Counted out before the end is told: the last snapshot shows no active segment.
    return Mono.using(
        () -> {
          file.progress().segmentStarted();
          engine.metrics().connectionTaken(given.origin());
          return given;
        },
        place ->
            Mono.firstWithSignal(exchange, stalled, slow)
                .doOnError(
                    thrown ->
                        refused =
                            TransportFailures.isRefusal(thrown, answered)
                                && given.refused(answered)),
        place -> {
          file.progress().segmentStopped();
          engine.metrics().connectionReleased(place.origin());
        });
  }

  private long activity() {
    if (!answered) {
      return 0;
    }
    SegmentWriter body = writer;
    return body == null ? drained : body.activity();
  }

  private Mono<Hop> receive(
      Hop hop,
      @Nullable Representation known,
      Admission.Place given,
      @Nullable ByteRange range,
      ResponseHead head,
      Flux<ByteBuf> body) {
    answered = true;
    file.keepCookies(hop.uri(), head);
    engine.metrics().answered(Duration.ofNanos(System.nanoTime() - askedAt));
    boolean conditional = file.isConditional(mirror);
    ResponseVerdict verdict = ResponseRules.judge(head, range, known == null, conditional);
    if (verdict instanceof ResponseVerdict.Redirect redirect) {
      int limit = file.network().maxRedirects();
      return drain(body)
          .then(Mono.fromCallable(() -> hop.follow(redirect.location(), limit, file.target())));
    }
    if (verdict instanceof ResponseVerdict.NotModified) {
      end = from;
      given.served();
      return drain(body).then(Mono.fromRunnable(() -> file.notModified(hop.uri())));
    }
    if (verdict instanceof ResponseVerdict.Failed failed) {
      failed.retryAfter().ifPresent(wait -> hold(hop.uri(), failed.status(), wait));
      Optional<Hop> renewed = hop.renew(failed.status(), mirror.lasting(), here, mirror.uri());
      if (renewed.isPresent()) {
        return drain(body).then(renewed(renewed.get()));
      }
      return drain(body)
          .then(Mono.error(() -> TransportFailures.status(asked, file.target(), failed, head)));
    }
    if (verdict instanceof ResponseVerdict.Invalid invalid) {
      return Mono.error(invalid(invalid.reason(), here != null));
    }
    if (verdict instanceof ResponseVerdict.AskWithoutRange) {
      return drain(body).thenReturn(hop.withoutRange());
    }
    given.served();
    return known == null
        ? beginReading(hop.uri(), verdict, head, body)
        : goOn(hop.uri(), known, verdict, head, body);
  }

  /** Who begins anew asks the source where, if there is one. */
  private Mono<Hop> renewed(Hop hop) {
    Whereabouts source = mirror.whereabouts();
    if (source == null || !hop.renewed()) {
      return Mono.just(hop);
    }
    return source.anew(named, file.network().stallTimeout()).map(now -> hop.at(now.uri()));
  }

  /** A server that asks for time gets it from all downloads, unless it asks for too much. */
  private void hold(URI uri, int status, Duration wait) {
    if (TransportFailures.isBusy(status)
        && wait.compareTo(file.retryPolicy().longestRetryAfter()) <= 0) {
      engine.admission().hold(Origin.of(uri), wait);
    }
  }

  /** The first answer: the download begins with it, and its body comes meanwhile. */
  private Mono<Hop> beginReading(
      URI uri, ResponseVerdict verdict, ResponseHead head, Flux<ByteBuf> body) {
    if (file.isPaced() || !engine.budget().hasRoom()) {
      return begin(uri, verdict, head, body);
    }
    return Mono.deferContextual(
        context ->
            Mono.using(
                () -> ReadAhead.of(body, Context.of(context)),
                ahead -> begin(uri, verdict, head, ahead),
                ReadAhead::cancel));
  }

  private Mono<Hop> begin(URI uri, ResponseVerdict verdict, ResponseHead head, Flux<ByteBuf> body) {
    return toItsEnd(
            file.begin(mirror, uri, verdict, head)
                .doOnNext(wanted -> end = wanted ? endOfBody(verdict) : from))
        .flatMap(
            wanted -> {
              if (wanted && verdict instanceof ResponseVerdict.Partial part) {
                return write(body, from, part.bytesToSkip(), part.taken().endExclusive());
              }
              if (wanted && verdict instanceof ResponseVerdict.Whole) {
                return write(body, 0, 0, end);
              }
              return drain(body);
            })
        .then(Mono.empty());
  }

  /** Returns where the segment ends that the first answer brings. */
  private long endOfBody(ResponseVerdict verdict) {
    if (verdict instanceof ResponseVerdict.Partial part) {
      return Math.min(end, part.total().orElseThrow());
    }
    return verdict instanceof ResponseVerdict.Whole whole
        ? whole.length().orElse(Long.MAX_VALUE)
        : from;
  }

  /**
   * A stall or a cancel may meet the beginning: it goes on to its end all the same, and the next
   * attempt waits for that, so that no download begins twice.
   */
  private Mono<Boolean> toItsEnd(Mono<Boolean> begin) {
    return Mono.defer(
        () -> {
          Mono<Boolean> once = begin.cache();
          synchronized (this) {
            if (over) {
              return Mono.never();
            }
            beginning = once;
          }
          return once;
        });
  }

  /** A later answer: the same version, or nothing of it is used. */
  private Mono<Hop> goOn(
      URI uri,
      Representation known,
      ResponseVerdict verdict,
      ResponseHead head,
      Flux<ByteBuf> body) {
    Representation there = here;
    if (there == null) {
      return join(uri, known, verdict, head, body);
    }
    Representation.Likeness likeness = there.compare(uri, verdict, head);
    if (likeness != Representation.Likeness.SAME) {
      return Mono.error(unlike(likeness));
    }
    if (verdict instanceof ResponseVerdict.Unsatisfiable) {
      return Mono.error(invalid("it has no such range of a file of the same length", true));
    }
    if (!uri.equals(there.uri())) {
      file.moved(mirror, there, uri, head);
    }
    if (verdict instanceof ResponseVerdict.Partial part) {
      return write(part, body);
    }
    if (there.ranged() && !known.ranged()) {
      // It is fetched as a whole by now: nobody waits for ranges.
      mirror.representation(Objects.requireNonNullElse(mirror.representation(), there).asStream());
    } else if (there.ranged()) {
      if (file.mirrors().hasOthers(mirror)) {
        return Mono.error(invalid("it gives no ranges any more", false));
      }
      // Ends this exchange with all the others.
      return Mono.<Void>fromRunnable(() -> file.rangesAreRefused(mirror, there)).then(Mono.never());
    }
    if (verdict instanceof ResponseVerdict.RangesRefused && there.isProven(uri, head)) {
      return write(body, from, from, end).then(Mono.empty());
    }
    return writeAnew(body);
  }

  /** Another mirror's first answer: the same file, for all that it tells. */
  private Mono<Hop> join(
      URI uri,
      Representation known,
      ResponseVerdict verdict,
      ResponseHead head,
      Flux<ByteBuf> body) {
    if (!known.isLikeAtMirror(verdict)) {
      file.mirrors().differed();
      return Mono.error(invalid("it has another file than the mirror that was asked first", false));
    }
    file.joined(mirror, uri, verdict, head);
    return verdict instanceof ResponseVerdict.Partial part ? write(part, body) : writeAnew(body);
  }

  /** What only may be another version, or is none, gets one more attempt: a proxy's slip, say. */
  private DownloadException unlike(Representation.Likeness likeness) {
    boolean last = doubtful;
    doubtful = likeness != Representation.Likeness.CHANGED;
    if (!doubtful || (last && likeness == Representation.Likeness.UNLIKE)) {
      return new DownloadException.SourceChanged(asked, file.target(), null);
    }
    return invalid("it is something else than the file", !last);
  }

  private Mono<Hop> write(ResponseVerdict.Partial part, Flux<ByteBuf> body) {
    return write(body, from, part.bytesToSkip(), part.taken().endExclusive()).then(Mono.empty());
  }

  /** Nobody knows whether it goes on where the last one broke: all of it takes its place. */
  private Mono<Hop> writeAnew(Flux<ByteBuf> body) {
    return file.rewind(mirror, from)
        .then(Mono.defer(() -> write(body, 0, 0, end)))
        .then(Mono.empty());
  }

  /**
   * Writes the body.
   *
   * @param promised the offset that the body reaches if it is whole; the maximum if nobody knows
   */
  private Mono<Void> write(Flux<ByteBuf> body, long position, long skip, long promised) {
    return Mono.deferContextual(
        context -> {
          SegmentWriter next;
          synchronized (this) {
            start = position;
            next = file.writer(position, Math.min(end, promised), skip, context);
            writer = next;
          }
          return next.write(body).then(Mono.defer(() -> check(next.position(), promised)));
        });
  }

  /** A body may end early without an error: the bytes count. */
  private Mono<Void> check(long position, long promised) {
    if (promised == Long.MAX_VALUE) {
      end = position;
    } else if (position < Math.min(promised, end) && !isGivenUp()) {
      return Mono.error(new DownloadException.ConnectionLost(asked, file.target(), null));
    }
    return Mono.empty();
  }

  /** Where good answers came before, a bad one is retried as a lost connection would be. */
  private DownloadException invalid(String reason, boolean afterGoodAnswers) {
    return new DownloadException.InvalidResponse(
        asked, file.target(), reason, afterGoodAnswers, null);
  }

  /** Reads a short body to its end, and gives up a long one with its connection. */
  private Mono<Void> drain(Flux<ByteBuf> body) {
    return body.map(ByteBuf::readableBytes)
        .scan(0, Integer::sum)
        .doOnNext(total -> drained = total)
        .takeWhile(total -> total <= DRAIN)
        .then()
        // The head has told all that was wanted: a body that breaks changes nothing of it.
        .onErrorComplete();
  }
}
