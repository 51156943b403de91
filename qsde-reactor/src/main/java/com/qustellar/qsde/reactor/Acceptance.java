package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.http.ResponseVerdict;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * What an answer is taken for that has bytes, or says that there are none.
 *
 * <p>The very first one of a download begins it: it decides what the file is. Every later one must
 * be of the same version, or nothing of it is used.
 */
final class Acceptance {

  private final NettyDownloadEngine engine;
  private final FileFetch file;
  private final Mirror mirror;
  private final SegmentBody body;
  private volatile boolean doubtful;

  // Guarded by this.
  private @Nullable Mono<Boolean> beginning;
  private boolean over;

  /**
   * An answer, and what was known of the file when it was asked for.
   *
   * @param uri who has given it
   * @param known the file as the first answer told it; null if this one is the first
   * @param here the file as the mirror has it; null if this is its first answer
   * @param near whether who has given it is {@linkplain Nearness near}
   */
  record Answer(
      URI uri,
      @Nullable Representation known,
      @Nullable Representation here,
      ResponseVerdict verdict,
      ResponseHead head,
      BooleanSupplier near) {}

  /**
   * Prepares to take one answer of a mirror.
   *
   * @param doubtful whether the last answer for this segment was {@link #isDoubtful}
   */
  Acceptance(
      NettyDownloadEngine engine,
      FileFetch file,
      Mirror mirror,
      SegmentBody body,
      boolean doubtful) {
    this.engine = engine;
    this.file = file;
    this.mirror = mirror;
    this.body = body;
    this.doubtful = doubtful;
  }

  /** Returns whether this or the last answer was perhaps not about the file at all. */
  boolean isDoubtful() {
    return doubtful;
  }

  /** Takes an answer; completes once all that is wanted of its content has been written. */
  Mono<Void> take(Answer answer, Flux<ByteBuf> content) {
    Representation known = answer.known();
    if (known == null) {
      return beginReading(answer, content);
    }
    Representation here = answer.here();
    return here == null ? join(answer, known, content) : goOn(answer, known, here, content);
  }

  // ---- the first answer

  /** The download begins with it, and its body comes meanwhile. */
  private Mono<Void> beginReading(Answer answer, Flux<ByteBuf> content) {
    if (file.terms().isPaced() || !engine.budget().hasRoom()) {
      return begin(answer, content);
    }
    return Mono.deferContextual(
        context ->
            Mono.using(
                () -> ReadAhead.of(content, Context.of(context)),
                ahead -> begin(answer, ahead),
                ReadAhead::cancel));
  }

  private Mono<Void> begin(Answer answer, Flux<ByteBuf> content) {
    ResponseVerdict verdict = answer.verdict();
    return toItsEnd(
            Mono.defer(() -> file.begin(mirror, answer))
                .doOnNext(wanted -> body.endsAt(wanted ? endOfBody(verdict) : body.from())))
        .flatMap(
            wanted -> {
              if (wanted && verdict instanceof ResponseVerdict.Partial part) {
                return write(part, answer, content);
              }
              if (wanted && verdict instanceof ResponseVerdict.Whole) {
                return body.write(content, answer.uri(), 0, 0, body.end());
              }
              return body.drain(content);
            });
  }

  /** Returns where the segment ends that the first answer brings. */
  private long endOfBody(ResponseVerdict verdict) {
    if (verdict instanceof ResponseVerdict.Partial part) {
      return Math.min(body.end(), part.total().orElseThrow());
    }
    return verdict instanceof ResponseVerdict.Whole whole
        ? whole.length().orElse(Long.MAX_VALUE)
        : body.from();
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

  /** Nothing begins from now on; completes once what has begun is at its end. */
  Mono<Void> end() {
    Mono<Boolean> begun;
    synchronized (this) {
      over = true;
      begun = beginning;
    }
    return begun == null ? Mono.empty() : begun.onErrorComplete().then();
  }

  // ---- later answers

  /** Another mirror's first answer: the same file, for all that it tells. */
  private Mono<Void> join(Answer answer, Representation known, Flux<ByteBuf> content) {
    ResponseVerdict verdict = answer.verdict();
    Optional<String> difference =
        Lengths.difference(file.request(), Representation.length(verdict));
    if (difference.isPresent()) {
      // Whoever has another one: the first is not to be doubted for that.
      return invalid(answer, difference.get(), false);
    }
    if (!known.isLikeAtMirror(verdict)) {
      file.mirrors().differed();
      return invalid(answer, "it has another file than the mirror that was asked first", false);
    }
    file.joined(mirror, answer.uri(), verdict, answer.head());
    return verdict instanceof ResponseVerdict.Partial part
        ? write(part, answer, content)
        : writeAnew(answer, content);
  }

  /** The same version, or nothing of it is used. */
  private Mono<Void> goOn(
      Answer answer, Representation known, Representation here, Flux<ByteBuf> content) {
    URI uri = answer.uri();
    ResponseVerdict verdict = answer.verdict();
    Representation.Likeness likeness = here.compare(uri, verdict, answer.head());
    if (likeness != Representation.Likeness.SAME) {
      return unlike(answer, likeness);
    }
    if (verdict instanceof ResponseVerdict.Unsatisfiable) {
      return invalid(answer, "it has no such range of a file of the same length", true);
    }
    if (!uri.equals(here.uri())) {
      file.moved(mirror, here, uri, answer.head());
    }
    if (verdict instanceof ResponseVerdict.Partial part) {
      return write(part, answer, content);
    }
    if (here.ranged() && !known.ranged()) {
      // It is fetched as a whole by now: nobody waits for ranges.
      mirror.representation(Objects.requireNonNullElse(mirror.representation(), here).asStream());
    } else if (here.ranged()) {
      if (file.mirrors().hasOthers(mirror)) {
        return invalid(answer, "it gives no ranges any more", false);
      }
      // Ends this exchange with all the others.
      return Mono.<Void>fromRunnable(() -> file.rangesAreRefused(mirror, here)).then(Mono.never());
    }
    if (here.canContinue() && here.isProven(uri, answer.head())) {
      return body.write(content, uri, body.from(), body.from(), body.end());
    }
    return writeAnew(answer, content);
  }

  /** What only may be another version, or is none, gets one more attempt: a proxy's slip, say. */
  private Mono<Void> unlike(Answer answer, Representation.Likeness likeness) {
    boolean last = doubtful;
    doubtful = likeness != Representation.Likeness.CHANGED;
    if (!doubtful || (last && likeness == Representation.Likeness.UNLIKE)) {
      return Mono.error(new DownloadException.SourceChanged(answer.uri(), file.target(), null));
    }
    return invalid(answer, "it is something else than the file", !last);
  }

  /** Where good answers came before, a bad one is retried as a lost connection would be. */
  private Mono<Void> invalid(Answer answer, String reason, boolean afterGoodAnswers) {
    return Mono.error(
        new DownloadException.InvalidResponse(
            answer.uri(), file.target(), reason, afterGoodAnswers, null));
  }

  // ---- what is written

  private Mono<Void> write(ResponseVerdict.Partial part, Answer answer, Flux<ByteBuf> content) {
    return body.write(
        content, answer.uri(), body.from(), part.bytesToSkip(), part.taken().endExclusive());
  }

  /** Nobody knows whether it goes on where the last one broke: all of it takes its place. */
  private Mono<Void> writeAnew(Answer answer, Flux<ByteBuf> content) {
    return file.rewind(mirror, body.from())
        .then(Mono.defer(() -> body.write(content, answer.uri(), 0, 0, body.end())));
  }
}
