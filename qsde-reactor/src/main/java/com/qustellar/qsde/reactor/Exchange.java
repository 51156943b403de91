package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.Timeout.Phase;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.internal.http.Origin;
import com.qustellar.qsde.internal.http.RedirectRules;
import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.http.ResponseRules;
import com.qustellar.qsde.internal.http.ResponseVerdict;
import com.qustellar.qsde.internal.http.Validator;
import com.qustellar.qsde.internal.plan.ByteRange;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

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
  private final DownloadPipeline pipeline;
  private final long from;
  private volatile long end;
  private volatile URI asked;
  private volatile boolean answered;
  private volatile boolean refused;
  private volatile @Nullable SegmentWriter writer;
  private volatile long drained = StallWatch.CONTENT;

  /** Where to ask next, and whether with the range. */
  private record Next(URI uri, boolean ranged, int followed) {}

  Exchange(NettyDownloadEngine engine, DownloadPipeline pipeline, long from, long end) {
    this.engine = engine;
    this.pipeline = pipeline;
    this.asked = pipeline.uri();
    this.from = from;
    this.end = end;
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

  /** Returns whether the origin refused the connection while it served others. */
  boolean refused() {
    return refused;
  }

  /** Completes once every write of the exchange has ended; fails if one of them failed. */
  Mono<Void> idle() {
    SegmentWriter body = writer;
    return body == null ? Mono.empty() : body.idle();
  }

  /** Asks when subscribed to; completes once the last write has ended. */
  Mono<Void> run() {
    Representation known = pipeline.representation();
    boolean ranged = known == null || known.canContinue();
    return hop(new Next(pipeline.uri(), ranged, 0));
  }

  private Mono<Void> hop(Next here) {
    return engine
        .admission()
        .connection(Origin.of(here.uri()), pipeline.progress(), given -> ask(here, given))
        .flatMap(this::hop);
  }

  private Mono<Next> ask(Next here, Admission.Place given) {
    asked = here.uri();
    answered = false;
    drained = StallWatch.CONTENT;
    NetworkSettings settings = pipeline.network();
    Representation known = pipeline.representation();
    ByteRange range = here.ranged() ? new ByteRange(from, end) : null;
    Optional<String> ifRange = known == null ? Optional.empty() : known.validator().ifRange();
    Mono<Next> exchange =
        engine
            .transport()
            .get(
                here.uri(),
                RequestHeaders.of(
                    pipeline.request(), settings, here.uri(), range, ifRange, pipeline.anew()),
                settings,
                (head, body) -> receive(here, given, range, head, body))
            .singleOrEmpty()
            .onErrorMap(this::translate);
    Mono<Next> stalled =
        engine
            .stallWatch()
            .stalled(settings.stallTimeout(), this::activity)
            .then(Mono.error(this::stallFailure));
    // Counted out before the end is told: the last snapshot shows no active segment.
    return Mono.using(
        () -> {
          pipeline.progress().segmentStarted();
          return pipeline.progress();
        },
        progress ->
            Mono.firstWithSignal(exchange, stalled)
                .doOnError(thrown -> refused = isRefusal(thrown) && given.refused()),
        ProgressSampler::segmentStopped);
  }

  private DownloadException translate(Throwable thrown) {
    return TransportFailures.translate(asked, pipeline.target(), thrown, answered);
  }

  /** How servers say that they have too many connections already: 503, 429, or not at all. */
  private boolean isRefusal(Throwable thrown) {
    if (thrown instanceof DownloadException.HttpStatus no) {
      return isBusy(no.status());
    }
    return thrown instanceof DownloadException.ConnectFailed
        || (thrown instanceof DownloadException.ConnectionLost && !answered);
  }

  private static boolean isBusy(int status) {
    return status == 429 || status == 503;
  }

  private DownloadException stallFailure() {
    Phase phase = answered ? Phase.STALL : Phase.RESPONSE;
    return new DownloadException.Timeout(asked, pipeline.target(), phase, null);
  }

  private long activity() {
    if (!answered) {
      return 0;
    }
    SegmentWriter body = writer;
    return body == null ? drained : body.activity();
  }

  private Mono<Next> receive(
      Next here,
      Admission.Place given,
      @Nullable ByteRange range,
      ResponseHead head,
      Flux<ByteBuf> body) {
    answered = true;
    Representation known = pipeline.representation();
    ResponseVerdict verdict = ResponseRules.judge(head, range, known == null);
    if (verdict instanceof ResponseVerdict.Redirect redirect) {
      return drain(body).then(Mono.fromCallable(() -> follow(here, redirect.location())));
    }
    if (verdict instanceof ResponseVerdict.Failed failed) {
      failed.retryAfter().ifPresent(wait -> hold(here.uri(), failed.status(), wait));
      return drain(body).then(Mono.error(() -> status(failed, head)));
    }
    if (verdict instanceof ResponseVerdict.Invalid invalid) {
      return Mono.error(invalid(invalid.reason(), known != null));
    }
    if (verdict instanceof ResponseVerdict.AskWithoutRange
        || (known == null && isUnplannable(verdict))) {
      return drain(body).thenReturn(new Next(here.uri(), false, here.followed()));
    }
    given.served();
    return known == null
        ? begin(here.uri(), verdict, head, body)
        : goOn(known, verdict, head, body);
  }

  /** A server that asks for time gets it from all downloads, unless it asks for too much. */
  private void hold(URI uri, int status, Duration wait) {
    if (isBusy(status) && wait.compareTo(pipeline.retryPolicy().longestRetryAfter()) <= 0) {
      engine.admission().hold(Origin.of(uri), wait);
    }
  }

  /** A part of nobody knows how much can't be planned with. */
  private static boolean isUnplannable(ResponseVerdict verdict) {
    return verdict instanceof ResponseVerdict.Partial part && part.total().isEmpty();
  }

  /** The first answer: the download begins with it. */
  private Mono<Next> begin(
      URI uri, ResponseVerdict verdict, ResponseHead head, Flux<ByteBuf> body) {
    return pipeline
        .begin(uri, verdict, head)
        .flatMap(
            wanted -> {
              if (wanted && verdict instanceof ResponseVerdict.Partial part) {
                end = Math.min(end, part.total().orElseThrow());
                return write(body, from, part.bytesToSkip(), part.taken().endExclusive());
              }
              if (wanted && verdict instanceof ResponseVerdict.Whole whole) {
                end = whole.length().orElse(Long.MAX_VALUE);
                return write(body, 0, 0, end);
              }
              end = from;
              return drain(body);
            })
        .then(Mono.empty());
  }

  /** A later answer: the same version, or nothing of it is used. */
  private Mono<Next> goOn(
      Representation known, ResponseVerdict verdict, ResponseHead head, Flux<ByteBuf> body) {
    if (known.isOtherThan(verdict, head)) {
      return Mono.error(new DownloadException.SourceChanged(asked, pipeline.target(), null));
    }
    if (verdict instanceof ResponseVerdict.Partial part) {
      return write(body, from, part.bytesToSkip(), part.taken().endExclusive()).then(Mono.empty());
    }
    if (verdict instanceof ResponseVerdict.Unsatisfiable) {
      return Mono.error(invalid("it has no such range of a file of the same length", true));
    }
    if (known.ranged()) {
      return Mono.error(invalid("it no longer gives ranges", false));
    }
    // Only the same strong validator proves that the bytes before are of this body as well.
    if (verdict instanceof ResponseVerdict.RangesRefused
        && known.validator().isStrong()
        && known.validator().ifRange().equals(Validator.of(head).ifRange())) {
      return write(body, from, from, end).then(Mono.empty());
    }
    return pipeline.rewind(from).then(Mono.defer(() -> write(body, 0, 0, end))).then(Mono.empty());
  }

  /**
   * Writes the body.
   *
   * @param promised the offset that the body reaches if it is whole; the maximum if nobody knows
   */
  private Mono<Void> write(Flux<ByteBuf> body, long position, long skip, long promised) {
    return Mono.deferContextual(
        context -> {
          SegmentWriter next = pipeline.writer(position, Math.min(end, promised), skip, context);
          writer = next;
          return next.write(body).then(Mono.defer(() -> check(next.position(), promised)));
        });
  }

  /** A body may end early without an error: the bytes count. */
  private Mono<Void> check(long position, long promised) {
    if (promised == Long.MAX_VALUE) {
      end = position;
    } else if (position < promised) {
      return Mono.error(new DownloadException.ConnectionLost(asked, pipeline.target(), null));
    }
    return Mono.empty();
  }

  private Next follow(Next here, String location) {
    int limit = pipeline.network().maxRedirects();
    RedirectRules.Outcome outcome =
        RedirectRules.next(here.uri(), location, here.followed(), limit);
    if (outcome instanceof RedirectRules.Outcome.Follow follow) {
      return new Next(follow.target(), here.ranged(), here.followed() + 1);
    }
    if (outcome instanceof RedirectRules.Outcome.Refused refused) {
      throw new DownloadException.RedirectRefused(
          here.uri(), pipeline.target(), refused.location(), null);
    }
    throw new DownloadException.TooManyRedirects(here.uri(), pipeline.target(), limit, null);
  }

  private DownloadException status(ResponseVerdict.Failed failed, ResponseHead head) {
    Duration wait = failed.retryAfter().orElse(null);
    return new DownloadException.HttpStatus(
        asked,
        pipeline.target(),
        failed.status(),
        wait == null ? null : head.received().plus(wait),
        head.received(),
        null);
  }

  /** Where good answers came before, a bad one is retried as a lost connection would be. */
  private DownloadException invalid(String reason, boolean afterGoodAnswers) {
    return new DownloadException.InvalidResponse(
        asked, pipeline.target(), reason, afterGoodAnswers, null);
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
