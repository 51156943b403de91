package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.journal.Claim;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.RangeSet;
import com.qustellar.qsde.internal.plan.SegmentPlanner;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The way of the bytes into a file, to be read from top to bottom: {@code fetch (first request →
 * plan → segments) → write (the hash follows) → verify → commit}.
 *
 * <p>What always holds:
 *
 * <ol>
 *   <li>the target appears only in one atomic step, after length and digest agree;
 *   <li>what counts as written is what a completed write has put in the file, or in the memory of a
 *       small one;
 *   <li>the digest never passes the contiguous written prefix;
 *   <li>every buffer has exactly one owner, and every owner a {@code finally};
 *   <li>nothing blocks an event loop;
 *   <li>a terminal signal is sent once all of a download's writes have ended.
 * </ol>
 *
 * <p>One object is one pass over the file; a download that starts over makes a new one.
 */
final class DownloadPipeline implements Destination {

  private final NettyDownloadEngine engine;
  private final DownloadTask task;
  private final FileTurn turn;
  private final DownloadRequest request;
  private final Limits limits;
  private final boolean directory;
  private final @Nullable Path untouched;
  private final @Nullable PresentFile present;
  private final FileFetch fetch;
  private final Set<Note> notes = EnumSet.noneOf(Note.class);

  private volatile @Nullable Draft draft;
  private volatile Path target;
  private volatile Verification verification = Verification.NONE;
  private volatile List<Claim> claims = List.of();
  private volatile boolean ofOtherLength;

  // Guarded by this: what is held from then on nobody would give back.
  private boolean ended;

  /**
   * Prepares one pass.
   *
   * @param directory whether the target is the directory that the server's name goes into
   * @param untouched a file of which no earlier run has left anything; null if none is known
   * @param present what is there already and only to be replaced by another version, if anything
   */
  DownloadPipeline(
      NettyDownloadEngine engine,
      DownloadTask task,
      FileTurn turn,
      Path target,
      boolean directory,
      @Nullable Path untouched,
      @Nullable PresentFile present,
      Pass pass) {
    this.engine = engine;
    this.task = task;
    this.turn = turn;
    this.request = task.request();
    this.limits = engine.limits();
    this.target = target;
    this.directory = directory;
    this.untouched = untouched;
    this.present = present;
    this.fetch = new FileFetch(engine, request, task.sampler(), this, engine.budget(), pass);
    if (pass.anew()) {
      notes.add(Note.RESTARTED);
    }
  }

  /** Runs when subscribed to. {@link #endDraft} is called after its end, whatever that was. */
  Mono<DownloadResult> run() {
    return fetch
        .run()
        .then(
            Mono.defer(
                () -> {
                  URI unmodified = fetch.unmodified();
                  return unmodified == null
                      ? verify().flatMap(this::agreed)
                      : Mono.just(kept(unmodified));
                }));
  }

  /** Nothing has changed at the server: what is there is the result. */
  private DownloadResult kept(URI unmodified) {
    PresentFile file = Objects.requireNonNull(present);
    progress().named(String.valueOf(file.path().getFileName()));
    return new DownloadResult(
        request.id(),
        file.path(),
        file.bytes(),
        0,
        file.checksum(),
        elapsed(),
        progress().retries(),
        0,
        unmodified,
        null,
        Set.of(Note.NOT_MODIFIED));
  }

  // ---- the first answer: name and open the part file, see what an earlier run has left

  @Override
  public Mono<Begun> begin(Representation answered, ResponseHead head, ByteRange asked) {
    if (!directory) {
      return take(answered, head, asked);
    }
    Path named = Targets.name(request, target, head);
    target = named;
    progress().named(String.valueOf(named.getFileName()));
    return turn.claim(named, () -> take(answered, head, asked));
  }

  private Mono<Begun> take(Representation answered, ResponseHead head, ByteRange asked) {
    Verification wanted = Verification.of(request, head);
    return hold(answered, asked, wanted)
        ? Mono.just(new Begun(true, new RangeSet()))
        : open(answered, wanted).map(left -> begun(left, asked));
  }

  private Begun begun(Resumption left, ByteRange asked) {
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
    return new Begun(wanted, covered);
  }

  /** Holds a small file in memory if its first answer brings all of it, and there is room. */
  private synchronized boolean hold(Representation answered, ByteRange asked, Verification wanted) {
    long total = answered.total().orElse(Long.MAX_VALUE);
    if (ended
        || total > HeldDraft.MOST
        || !asked.equals(new ByteRange(0, total))
        || !target.equals(untouched)) {
      return false;
    }
    verification = wanted;
    draft =
        HeldDraft.begin(
            turn::act,
            answered.uri(),
            target,
            directory,
            (int) total,
            wanted.algorithm(),
            engine.budget());
    return draft != null;
  }

  private Mono<Resumption> open(Representation answered, Verification wanted) {
    long longest = Targets.firstSegment(limits);
    Resumption left = new Resumption(request, target, answered, longest);
    return turn.open(
            () -> {
              Targets.checkFree(request, target);
              Targets.checkRoom(request, target, answered.total());
              return PartFile.open(engine.io(), engine.scheduler(), answered.uri(), target, left);
            })
        .onErrorMap(thrown -> FileFailures.translate(answered.uri(), target, thrown))
        .map(
            file -> {
              verification = wanted;
              draft = new WrittenDraft(file, wanted.algorithm(), engine.io(), engine.budget());
              return left;
            });
  }

  @Override
  public SegmentPlanner plan(long total, RangeSet covered, int connections) {
    return limits.segmentSize() == Limits.AUTO
        ? SegmentPlanner.guided(total, covered, connections)
        : new SegmentPlanner(total, covered, limits.segmentSize());
  }

  @Override
  public Mono<Void> check() {
    return draft().check(claims, fetch::missed);
  }

  // ---- write, and the hash follows

  @Override
  public long reach() {
    return Long.MAX_VALUE;
  }

  @Override
  public boolean isHashed() {
    return verification.algorithm() != null;
  }

  @Override
  public boolean isBehind() {
    return draft().isBehind();
  }

  @Override
  public int gatherSize() {
    return draft().gatherSize(engine.limits().writeBufferSize());
  }

  @Override
  public void received(int bytes) {
    progress().received(bytes);
    engine.received(bytes);
  }

  @Override
  public void whenWanted(long offset, Runnable ask) {
    draft().whenWanted(offset, ask);
  }

  @Override
  public void write(ByteBuf data, long offset, PartFile.Listener listener) {
    draft().write(data, offset, listener);
  }

  @Override
  public void written(long offset, ByteBuf data) {
    draft().written(offset, data);
  }

  @Override
  public long keepPrefix() {
    return draft().keepPrefix();
  }

  @Override
  public Mono<Void> clear() {
    return draft().clear();
  }

  @Override
  public void movedElsewhere() {
    // A later run would take it for proven by the validator of the first place.
    draft().claimNoMore();
  }

  // ---- verify: length, then digest

  private Mono<Optional<Checksum>> verify() {
    progress().state(DownloadState.VERIFYING);
    Representation file = fetch.known();
    long received = progress().received();
    long total = file.total().orElse(received);
    if (file.total().isEmpty()) {
      Optional<DownloadException> refusal = Lengths.ofCome(request, file.uri(), target, received);
      if (refusal.isPresent()) {
        ofOtherLength = true;
        return Mono.error(refusal.get());
      }
    }
    if (draft().prefixEnd() != total) {
      return Mono.error(new DownloadException.ConnectionLost(file.uri(), target, null));
    }
    return draft().digest(total);
  }

  private Mono<DownloadResult> agreed(Optional<Checksum> digest) {
    digest.ifPresent(actual -> verification.agree(fetch.uri(), target, actual));
    return commit(digest);
  }

  // ---- commit: the one step that makes the target appear

  private Mono<DownloadResult> commit(Optional<Checksum> checksum) {
    Instant modified = request.remoteTime() ? fetch.known().validator().lastModified() : null;
    return draft()
        .commit(request, modified, turn::beginCommit)
        // Who has ended it hears of nothing any more.
        .flatMap(done -> done ? committed(checksum) : Mono.<DownloadResult>never());
  }

  private Mono<DownloadResult> committed(Optional<Checksum> checksum) {
    return request.ifNewer()
        ? engine
            .io()
            .call(
                () -> {
                  DownloadResult result = result(checksum);
                  keepVersion();
                  return result;
                })
        : Mono.just(result(checksum));
  }

  /** What may be no whole version of the file, or a mirror's, is not told of as the request's. */
  private void keepVersion() {
    if (fetch.mirrors().hasRequestedBegun()
        && !notes.contains(Note.UNPROVEN)
        && !notes.contains(Note.LENGTH_UNKNOWN)) {
      PresentFile.keep(request, target, fetch.known().validator(), progress().received());
    }
  }

  private DownloadResult result(Optional<Checksum> checksum) {
    Representation file = fetch.known();
    notes.addAll(fetch.notes(verification.expected() != null));
    return new DownloadResult(
        request.id(),
        target,
        progress().received(),
        progress().resumed(),
        checksum.orElse(null),
        elapsed(),
        progress().retries(),
        fetch.segments(),
        file.uri(),
        file.validator().isStrong() ? file.validator().token().orElse(null) : null,
        notes);
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - task.startedAt());
  }

  /** Ends what the draft has running; completes when it no longer does. */
  Mono<Void> endDraft() {
    Draft begun;
    synchronized (this) {
      ended = true;
      begun = draft;
    }
    return begun == null ? Mono.empty() : begun.end();
  }

  /** Returns the index of the only mirror that has brought anything; empty if there are several. */
  OptionalInt sole() {
    return progress().resumed() > 0 ? OptionalInt.empty() : fetch.mirrors().sole();
  }

  /** Returns where the file is, as far as it is known. */
  URI uri() {
    return fetch.uri();
  }

  /** Returns whether what came without a length has another one than it must have. */
  boolean isOfOtherLength() {
    return ofOtherLength;
  }

  /** Returns whether it may be the first mirror's answer that no other one agrees with. */
  boolean isFirstToBeDoubted() {
    return fetch.mirrors().isFirstToBeDoubted();
  }

  // ---- what its parts ask

  /** The limits have changed. */
  void review() {
    fetch.review();
  }

  @Override
  public Map<String, String> conditions() {
    return present == null ? Map.of() : present.conditions();
  }

  @Override
  public Path target() {
    return target;
  }

  private ProgressSampler progress() {
    return task.sampler();
  }

  private Draft draft() {
    Draft begun = draft;
    if (begun == null) {
      throw new IllegalStateException("no answer has come yet");
    }
    return begun;
  }
}
