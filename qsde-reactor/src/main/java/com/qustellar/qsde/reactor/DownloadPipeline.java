package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.internal.http.Origin;
import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.http.ResponseVerdict;
import com.qustellar.qsde.internal.journal.Claim;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.RangeSet;
import com.qustellar.qsde.internal.plan.SegmentPlanner;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The way of the bytes, to be read from top to bottom: {@code locate → first request → plan → fetch
 * segments → write (the hash follows) → verify → commit}.
 *
 * <p>What always holds:
 *
 * <ol>
 *   <li>the target appears only in one atomic step, after length and digest agree;
 *   <li>what counts as written is what a completed write has put in the file;
 *   <li>the digest never passes the contiguous written prefix;
 *   <li>every buffer has exactly one owner, and every owner a {@code finally};
 *   <li>nothing blocks an event loop;
 *   <li>a terminal signal is sent once all of a download's writes have ended.
 * </ol>
 *
 * <p>One object is one pass over the file; a download that starts over makes a new one.
 */
final class DownloadPipeline implements SegmentWriter.Target, ResumeCheck.Outcome {

  private final NettyDownloadEngine engine;
  private final DownloadTask task;
  private final DownloadRequest request;
  private final Limits limits;
  private final Throttle throttle;
  private final boolean directory;
  private final boolean anew;
  private final ByteRange first;
  private final SegmentSchedule schedule;
  private final ConnectionCount connections;
  private final Sinks.Empty<Void> rangesRefused = Sinks.empty();
  private final Set<Note> notes = EnumSet.noneOf(Note.class);

  private final Set<SegmentWriter> writers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger bodies = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private final Sinks.Empty<Void> begun = Sinks.empty();

  private volatile @Nullable Representation representation;
  private volatile @Nullable Resumption resumption;
  private volatile @Nullable PartFile part;
  private volatile @Nullable WrittenBytes written;
  private volatile Path target;
  private volatile List<Claim> claims = List.of();
  private volatile boolean elsewhere;
  private volatile int segments = 1;

  /**
   * Prepares one pass.
   *
   * @param directory whether the target is the directory that the server's name goes into
   * @param first what is asked for first
   * @param anew whether this is a second pass, past the caches
   */
  DownloadPipeline(
      NettyDownloadEngine engine,
      DownloadTask task,
      Path target,
      boolean directory,
      ByteRange first,
      boolean anew) {
    this.engine = engine;
    this.task = task;
    this.request = task.request();
    this.limits = engine.limits();
    this.throttle = new Throttle(request::bytesPerSecond, engine.scheduler());
    this.connections =
        new ConnectionCount(this::wanted, () -> engine.admission().share(Origin.of(uri())));
    this.schedule =
        new SegmentSchedule(
            range -> new SegmentFetch(engine, this, range),
            connections,
            engine.scheduler(),
            this::isPaced,
            this::planned);
    this.target = target;
    this.directory = directory;
    this.first = first;
    this.anew = anew;
    if (anew) {
      notes.add(Note.RESTARTED);
    }
  }

  /** Runs when subscribed to. {@link #endDigest} is called after its end, whatever that was. */
  Mono<DownloadResult> run() {
    return fetchSegments().then(Mono.defer(this::verify)).flatMap(this::commit);
  }

  // ---- fetch segments: the first one, whose answer brings the plan, and then those of the plan

  private Mono<Void> fetchSegments() {
    progress().state(DownloadState.CONNECTING);
    // Only the ends of segments are merged here; no byte goes through it. The schedule bounds it.
    Mono<Void> segments =
        schedule.segments(first).flatMap(this::fetch, Integer.MAX_VALUE, 1).then();
    Mono<Void> ranged = Mono.when(segments, begun.asMono().then(Mono.defer(this::check)));
    return Mono.firstWithSignal(ranged.thenReturn(true), rangesRefused.asMono().thenReturn(false))
        .flatMap(whole -> whole ? Mono.empty() : fetchRest());
  }

  /** What an earlier run has left is read again meanwhile; what is not there is fetched as well. */
  private Mono<Void> check() {
    return ResumeCheck.run(opened(), claims, this).doOnSuccess(done -> schedule.checked());
  }

  @Override
  public void confirmed(Claim claim) {
    written().confirmed(claim.range());
  }

  @Override
  public void refuted(Claim claim) {
    progress().missed(claim.range().length());
    schedule.missed(claim.range());
  }

  /** One stream brings what is behind the prefix, and with it what stands further on already. */
  private Mono<Void> fetchRest() {
    return Flux.fromIterable(writers)
        .flatMap(SegmentWriter::idle)
        .then(
            Mono.defer(
                () -> {
                  long prefix = written().keepPrefix();
                  progress().dropped(progress().received() - prefix);
                  ByteRange rest = new ByteRange(prefix, known().total().orElseThrow());
                  return new SegmentFetch(engine, this, rest).run();
                }));
  }

  /** Of segments that fail at the same time the first counts, and the others stand under it. */
  private Mono<Void> fetch(SegmentFetch segment) {
    return segment
        .run()
        .then(Mono.<Void>fromRunnable(() -> schedule.ended(segment)))
        .onErrorResume(
            thrown -> {
              Throwable first = failure.compareAndExchange(null, thrown);
              if (first == null) {
                return Mono.error(thrown);
              }
              if (first != thrown) {
                first.addSuppressed(thrown);
              }
              // The first one ends them all.
              return Mono.never();
            });
  }

  private int wanted() {
    return request.connections() == Limits.AUTO
        ? engine.limits().connectionsPerDownload()
        : request.connections();
  }

  private void planned(long count) {
    segments = (int) Math.max(1, Math.min(Integer.MAX_VALUE, count));
    progress().segments(segments);
  }

  // ---- plan: what the first answer tells decides the rest

  /**
   * Takes the first answer: names and opens the part file, and plans the other segments.
   *
   * @return whether the body is wanted; an earlier run may have left its bytes
   */
  Mono<Boolean> begin(URI uri, ResponseVerdict verdict, ResponseHead head) {
    Representation answered = Representation.of(uri, verdict, head);
    long total = answered.total().orElse(-1);
    if (total > request.maxBytes()) {
      return Mono.error(new DownloadException.TooLarge(uri, target, request.maxBytes(), null));
    }
    return named(head)
        .then(Mono.defer(() -> task.open(() -> open(answered))))
        .map(
            file -> {
              part = file;
              written = new WrittenBytes(file, algorithm(), engine.io());
              representation = answered;
              boolean wanted = plan(answered);
              begun.tryEmitEmpty();
              return wanted;
            });
  }

  private Mono<Void> named(ResponseHead head) {
    if (!directory) {
      return Mono.empty();
    }
    Path named = Targets.name(request, target, head);
    target = named;
    progress().named(String.valueOf(named.getFileName()));
    return task.claim(named);
  }

  private PartFile open(Representation answered) {
    if (directory) {
      Targets.checkFree(request, target);
    }
    Targets.checkRoom(request, target, answered.total());
    Resumption left = new Resumption(request, target, answered, Targets.firstSegment(limits));
    PartFile file = PartFile.open(engine.io(), engine.scheduler(), answered.uri(), target, left);
    resumption = left;
    return file;
  }

  /** Plans what is left: neither an earlier run's nor the first segment, which is under way. */
  private boolean plan(Representation answered) {
    long total = answered.total().orElse(0);
    // A stream without ranges is one segment.
    ByteRange asked =
        answered.ranged() ? first.intersect(new ByteRange(0, total)) : new ByteRange(0, total);
    Resumption left = Objects.requireNonNull(resumption);
    boolean wanted = asked.isEmpty() || !left.claims(asked);
    claims = wanted ? left.claimsOutside(asked) : left.claimsOutside(new ByteRange(0, 0));
    if (left.isUnproven()) {
      notes.add(Note.UNPROVEN);
    }
    if (left.isOutdated()) {
      notes.add(Note.RESTARTED);
    }
    RangeSet covered = new RangeSet();
    claims.forEach(claim -> covered.add(claim.range()));
    SegmentPlanner planner =
        limits.segmentSize() == Limits.AUTO
            ? SegmentPlanner.guided(total, covered, connections.expected())
            : new SegmentPlanner(total, covered, limits.segmentSize());
    if (wanted && !asked.isEmpty()) {
      planner.claim(asked);
    }
    // An empty file, and one of unknown length, take one request as well.
    segments = (int) Math.max(1, Math.min(Integer.MAX_VALUE, planner.totalSegments()));
    progress().planned(answered.total(), segments);
    progress().resumed(covered.coveredBytes());
    schedule.planned(planner, answered.ranged());
    return wanted;
  }

  private @Nullable HashAlgorithm algorithm() {
    Checksum expected = request.checksum();
    return expected == null ? request.computedChecksum() : expected.algorithm();
  }

  // ---- write, and the hash follows

  /** Makes the writer of one body. */
  SegmentWriter writer(long position, long end, long skip, ContextView context) {
    bodies.incrementAndGet();
    // One byte more than is allowed tells a body without a length that is too large.
    long bound = end == Long.MAX_VALUE && request.maxBytes() < end ? request.maxBytes() + 1 : end;
    SegmentWriter writer =
        new SegmentWriter(
            opened(),
            engine.budget(),
            new ReadTurns(throttle, engine.throttle()),
            this,
            position,
            bound,
            skip,
            engine.limits().writeBufferSize(),
            Context.of(context));
    writers.add(writer);
    writer.idle().onErrorComplete().subscribe(null, null, () -> writers.remove(writer));
    return writer;
  }

  @Override
  public void received(int bytes) {
    progress().received(bytes);
    engine.received(bytes);
  }

  @Override
  public void written(long offset, ByteBuf data) {
    written().written(offset, data);
  }

  /** A stream that can't be gone on with begins again at byte 0. */
  Mono<Void> rewind(long position) {
    progress().dropped(position);
    bodies.set(0);
    elsewhere = false;
    return written().clear();
  }

  // ---- verify: length, then digest

  private Mono<Optional<Checksum>> verify() {
    progress().state(DownloadState.VERIFYING);
    long received = progress().received();
    long total = known().total().orElse(received);
    if (received > request.maxBytes()) {
      return Mono.error(new DownloadException.TooLarge(uri(), target, request.maxBytes(), null));
    }
    return opened()
        .size()
        .flatMap(
            size -> {
              if (written().prefixEnd() != total) {
                return Mono.error(new DownloadException.ConnectionLost(uri(), target, null));
              }
              if (size != total) {
                // All of it was written: somebody else has cut it, or written behind it.
                return Mono.error(new FileAccess(uri(), target, FileAccess.Reason.LOST, null));
              }
              return written().digest(total).doOnNext(digest -> digest.ifPresent(this::agree));
            });
  }

  private void agree(Checksum actual) {
    Checksum expected = request.checksum();
    if (expected != null && !expected.equals(actual)) {
      throw new DownloadException.ChecksumMismatch(uri(), target, expected, actual, null);
    }
  }

  // ---- commit: the one step that makes the target appear

  private Mono<DownloadResult> commit(Optional<Checksum> checksum) {
    PartFile file = opened();
    // What has a journal is large: a file that a power cut has spoilt would cost too much.
    boolean fsync = request.fsync() == null ? file.isJournaled() : request.fsync();
    Mono<Void> forced = fsync ? file.force() : Mono.empty();
    return forced
        .then(
            Mono.defer(() -> task.beginCommit() ? file.commit(request.overwrite()) : Mono.never()))
        .then(Mono.fromSupplier(() -> result(checksum)));
  }

  private DownloadResult result(Optional<Checksum> checksum) {
    Representation file = known();
    if (!file.ranged()) {
      notes.add(Note.SINGLE_STREAM);
    }
    if (file.contentEncoding().isPresent()) {
      notes.add(Note.CONTENT_ENCODED);
    }
    boolean expected = request.checksum() != null;
    if (file.total().isEmpty() && !expected) {
      notes.add(Note.LENGTH_UNKNOWN);
    }
    boolean proven = file.validator().isStrong() && !elsewhere;
    if (bodies.get() > 1 && !proven && !expected) {
      notes.add(Note.UNPROVEN);
    }
    return new DownloadResult(
        request.id(),
        target,
        progress().received(),
        progress().resumed(),
        checksum.orElse(null),
        Duration.ofNanos(System.nanoTime() - task.startedAt()),
        progress().retries(),
        segments,
        file.uri(),
        file.validator().isStrong() ? file.validator().token().orElse(null) : null,
        notes);
  }

  /** Ends the digest; completes when it no longer runs. */
  Mono<Void> endDigest() {
    WrittenBytes bytes = written;
    return bytes == null ? Mono.empty() : bytes.endDigest();
  }

  // ---- what the exchanges tell

  /** The redirect leads elsewhere now: the segments that follow ask there. */
  synchronized void moved(URI uri, ResponseHead head) {
    Representation known = known();
    elsewhere |= !known.isAt(uri);
    if (elsewhere && request.checksum() == null) {
      // A later run would take it for proven by the validator of the first place.
      opened().claimNoMore();
    }
    representation = known.at(uri, head);
  }

  /** The origin has refused a connection while it had others. */
  void refused() {
    connections.refused();
  }

  /** The limits have changed. */
  void review() {
    schedule.review();
  }

  /** The server gives this version as a whole only: no segment goes on. */
  void rangesAreRefused() {
    synchronized (this) {
      representation = known().asStream();
    }
    rangesRefused.tryEmitEmpty();
  }

  // ---- what the exchanges ask

  @Nullable Representation representation() {
    return representation;
  }

  DownloadRequest request() {
    return request;
  }

  Path target() {
    return target;
  }

  /** Returns where the file is, as far as it is known. */
  URI uri() {
    Representation known = representation;
    return known == null ? request.uri() : known.uri();
  }

  NetworkSettings network() {
    NetworkSettings own = request.network();
    return own == null ? engine.network() : own;
  }

  /** Returns how many bytes are to be read at once, so that they come evenly. */
  int readSize() {
    return Math.min(throttle.readSize(), engine.throttle().readSize());
  }

  /** Returns whether a bound on the bytes a second slows it down. */
  boolean isPaced() {
    return request.bytesPerSecond() != Limits.UNLIMITED
        || engine.limits().bytesPerSecond() != Limits.UNLIMITED;
  }

  RetryPolicy retryPolicy() {
    RetryPolicy own = request.retryPolicy();
    RetryPolicy policy = own == null ? engine.retryPolicy() : own;
    return representation == null ? policy : policy.established();
  }

  /** Returns whether caches on the way are to ask their origin. */
  boolean anew() {
    return anew;
  }

  ProgressSampler progress() {
    return task.sampler();
  }

  private Representation known() {
    Representation known = representation;
    if (known == null) {
      throw new IllegalStateException("no answer has come yet");
    }
    return known;
  }

  private PartFile opened() {
    PartFile file = part;
    if (file == null) {
      throw new IllegalStateException("no answer has come yet");
    }
    return file;
  }

  private WrittenBytes written() {
    WrittenBytes bytes = written;
    if (bytes == null) {
      throw new IllegalStateException("no answer has come yet");
    }
    return bytes;
  }
}
