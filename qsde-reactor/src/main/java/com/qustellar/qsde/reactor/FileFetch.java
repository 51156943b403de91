package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.http.ResponseVerdict;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.RangeSet;
import com.qustellar.qsde.internal.plan.SegmentPlanner;
import java.net.URI;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Fetches one version of one file to its {@link Destination}: {@code first request → plan →
 * segments}, each with its retries, over as many connections as the {@link SegmentSchedule} finds.
 */
final class FileFetch {

  /** Ends the fetch of segments, so that one stream brings the rest. */
  private static final class RangesRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    RangesRefused() {
      super(null, null, false, false);
    }
  }

  private final NettyDownloadEngine engine;
  private final ProgressSampler progress;
  private final DownloadRequest request;
  private final Destination destination;
  private final MemoryBudget budget;
  private final Pass pass;
  private final Mirrors mirrors;
  private final RequestTerms terms;
  private final SegmentSchedule schedule;
  private final ConnectionCount connections;
  private final AtomicInteger bodies = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private volatile boolean elsewhere;
  private volatile @Nullable URI unmodified;
  private volatile int segments = 1;

  // Guarded by this.
  private boolean resting;

  /**
   * Prepares a fetch.
   *
   * @param budget what may be received and not yet be at the destination
   */
  FileFetch(
      NettyDownloadEngine engine,
      DownloadRequest request,
      ProgressSampler progress,
      Destination destination,
      MemoryBudget budget,
      Pass pass) {
    this.engine = engine;
    this.request = request;
    this.progress = progress;
    this.destination = destination;
    this.budget = budget;
    this.pass = pass;
    this.mirrors = new Mirrors(engine, request, pass.only());
    this.terms = new RequestTerms(engine, request, mirrors, destination, pass.anew());
    this.connections =
        new ConnectionCount(terms::connections, mirrors::share, destination::isBehind);
    this.schedule =
        new SegmentSchedule(
            range -> new SegmentFetch(engine, this, range),
            this::fetch,
            connections,
            destination::reach,
            engine.scheduler(),
            terms::isPaced,
            this::planned);
  }

  /** Fetches when subscribed to; completes once every byte is at its destination. */
  Mono<Void> run() {
    // Only the ends of segments are merged here; no byte goes through it. The schedule bounds it.
    return schedule
        .work(pass.first())
        .flatMap(work -> work, Integer.MAX_VALUE, 1)
        .then()
        .onErrorResume(RangesRefused.class, refused -> fetchRest());
  }

  /** Fetches what was planned as present, and is not. */
  void missed(ByteRange bytes) {
    synchronized (this) {
      if (resting) {
        return; // it is fetched with all the rest
      }
      progress.missed(bytes.length());
    }
    schedule.missed(bytes);
  }

  /** One stream brings what is behind the prefix, and with it what stands further on already. */
  private Mono<Void> fetchRest() {
    return schedule
        .idle()
        .then(
            Mono.defer(
                () -> {
                  long prefix = keepPrefix();
                  ByteRange rest = new ByteRange(prefix, known().total().orElseThrow());
                  return new SegmentFetch(engine, this, rest).run();
                }));
  }

  /** A check of what was there may not have ended yet: what it finds from now on does not count. */
  private long keepPrefix() {
    synchronized (this) {
      resting = true;
    }
    long prefix = destination.keepPrefix();
    progress.dropped(progress.received() - prefix, System.nanoTime());
    return prefix;
  }

  private Mono<Void> fetch(SegmentFetch segment) {
    return ending(segment.run().doOnSuccess(done -> schedule.ended(segment)));
  }

  /** Of what fails at the same time the first ends them all, and the others stand under it. */
  private Mono<Void> ending(Mono<Void> work) {
    return work.onErrorResume(
        thrown -> {
          Throwable first = failure.compareAndExchange(null, thrown);
          if (first == null) {
            schedule.fail(thrown);
          } else {
            FailureTree.add(first, thrown);
          }
          return Mono.never();
        });
  }

  private void planned(long count) {
    segments = atMostAnInt(count);
    progress.segments(segments);
  }

  /** An empty file, and one of unknown length, take one request as well. */
  private static int atMostAnInt(long count) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, count));
  }

  // ---- what the exchanges tell

  /**
   * Takes the first answer, which brings the plan.
   *
   * @return whether the body is wanted; an earlier run may have left its bytes
   */
  Mono<Boolean> begin(Mirror mirror, Acceptance.Answer answer) {
    URI uri = answer.uri();
    Representation answered = Representation.of(uri, answer.verdict(), answer.head());
    Optional<DownloadException> refusal = Lengths.ofTold(request, uri, target(), answered.total());
    if (refusal.isPresent()) {
      return Mono.error(refusal.get());
    }
    long total = answered.total().orElse(0);
    // A stream without ranges is one segment.
    ByteRange whole = new ByteRange(0, total);
    ByteRange asked = answered.ranged() ? pass.first().intersect(whole) : whole;
    return destination
        .begin(answered, answer.head(), asked)
        .map(
            there -> {
              mirror.representation(answered);
              mirrors.begunBy(mirror);
              if (destination.isHashed() && answer.near().getAsBoolean()) {
                // A digest follows one connection at its own speed, and reads back what comes of
                // others.
                connections.beginWithOne();
              }
              plan(answered, total, asked, there);
              return there.wanted();
            });
  }

  /**
   * The condition under which the first answer was wanted does not hold: there is nothing to do.
   */
  void notModified(URI uri) {
    unmodified = uri;
    schedule.planned(SegmentPlanner.guided(0, new RangeSet(), 1), false, null);
  }

  /** Plans what is left: neither an earlier run's nor the first segment, which is under way. */
  private void plan(Representation answered, long total, ByteRange asked, Destination.Begun there) {
    SegmentPlanner planner = destination.plan(total, there.covered(), connections.expected());
    if (there.wanted() && !asked.isEmpty()) {
      planner.claim(asked);
    }
    segments = atMostAnInt(planner.totalSegments());
    progress.planned(answered.total(), segments, System.nanoTime());
    progress.resumed(there.covered().coveredBytes());
    // What an earlier run has left is read again meanwhile; what is not there is fetched as well.
    Mono<Void> check = there.covered().isEmpty() ? null : ending(destination.check());
    schedule.planned(planner, answered.ranged(), check);
  }

  /** Makes the writer of one body. */
  SegmentWriter writer(long position, long end, long skip, ContextView context) {
    bodies.incrementAndGet();
    SegmentWriter writer =
        new SegmentWriter(
            destination,
            budget,
            terms.readTurns(),
            position,
            end,
            skip,
            destination.gatherSize(),
            Context.of(context));
    long most = Lengths.most(request);
    if (end == Long.MAX_VALUE && most < end) {
      // One byte more than it may have tells a body without a length that is too long.
      writer.cut(most + 1);
    }
    return writer;
  }

  /** A stream that can't be gone on with begins again at byte 0, perhaps with another mirror's. */
  Mono<Void> rewind(Mirror mirror, long position) {
    progress.dropped(position, System.nanoTime());
    bodies.set(0);
    elsewhere = false;
    mirrors.begunAnewBy(mirror);
    return destination.clear();
  }

  /** Another mirror has the same file, for all that it tells. */
  synchronized Representation joined(
      Mirror mirror, URI uri, ResponseVerdict verdict, ResponseHead head) {
    Representation there = known().atMirror(uri, verdict, head);
    if (request.checksum() == null && progress.resumed() > 0) {
      // The journal may be of an earlier run that had no mirrors.
      destination.movedElsewhere();
    }
    mirror.representation(there);
    return there;
  }

  /** A mirror's redirect leads elsewhere now: the segments that follow ask there. */
  synchronized void moved(Mirror mirror, Representation known, URI uri, ResponseHead head) {
    elsewhere |= !known.isAt(uri);
    if (elsewhere && request.checksum() == null) {
      destination.movedElsewhere();
    }
    mirror.representation(known.at(uri, head));
  }

  /** The origin has refused a connection while it had others. */
  void refused() {
    connections.refused();
  }

  /** The limits have changed, or there is room for more. */
  void review() {
    schedule.review();
  }

  /** The only mirror left gives this version as a whole only: no segment goes on. */
  void rangesAreRefused(Mirror mirror, Representation known) {
    mirror.representation(known.asStream());
    mirrors.begunBy(mirror);
    RangesRefused refused = new RangesRefused();
    if (failure.compareAndSet(null, refused)) {
      schedule.fail(refused);
    }
  }

  // ---- what the exchanges ask

  /** Returns the file as the first answer told it; null before that. */
  @Nullable Representation representation() {
    return mirrors.representation();
  }

  /** Returns how it is asked for. */
  RequestTerms terms() {
    return terms;
  }

  Mirrors mirrors() {
    return mirrors;
  }

  DownloadRequest request() {
    return request;
  }

  @Nullable Path target() {
    return destination.target();
  }

  /** Returns where the file is, as far as it is known. */
  URI uri() {
    return mirrors.uri();
  }

  ProgressSampler progress() {
    return progress;
  }

  // ---- what is known at the end

  /** Returns who has said that there is no other version to fetch, null if nobody has. */
  @Nullable URI unmodified() {
    return unmodified;
  }

  /** Returns what is fetched; the first answer has told it. */
  Representation known() {
    Representation known = representation();
    if (known == null) {
      throw new IllegalStateException("no answer has come yet");
    }
    return known;
  }

  int segments() {
    return segments;
  }

  /**
   * Returns what is to be said of how the bytes have come.
   *
   * @param verified whether they have the digest that they must have
   */
  Set<Note> notes(boolean verified) {
    Set<Note> notes = EnumSet.noneOf(Note.class);
    Representation file = known();
    if (!file.ranged()) {
      notes.add(Note.SINGLE_STREAM);
    }
    if (file.contentEncoding().isPresent()) {
      notes.add(Note.CONTENT_ENCODED);
    }
    if (file.total().isEmpty() && request.totalBytes().isEmpty() && !verified) {
      notes.add(Note.LENGTH_UNKNOWN);
    }
    if (bodies.get() > 1 && !verified && !isProven(file)) {
      notes.add(Note.UNPROVEN);
    }
    return notes;
  }

  private boolean isProven(Representation file) {
    return file.validator().isStrong() && !elsewhere && mirrors.isBeginnersAlone();
  }
}
