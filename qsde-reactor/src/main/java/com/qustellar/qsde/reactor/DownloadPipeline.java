package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
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
 *   <li>what counts as written is what a completed write has put in the file;
 *   <li>the digest never passes the contiguous written prefix;
 *   <li>every buffer has exactly one owner, and every owner a {@code finally};
 *   <li>nothing blocks an event loop;
 *   <li>a terminal signal is sent once all of a download's writes have ended.
 * </ol>
 *
 * <p>One object is one pass over the file; a download that starts over makes a new one.
 */
final class DownloadPipeline implements Destination, ResumeCheck.Outcome {

  private final NettyDownloadEngine engine;
  private final DownloadTask task;
  private final FileDownload download;
  private final DownloadRequest request;
  private final Limits limits;
  private final boolean directory;
  private final @Nullable PresentFile present;
  private final FileFetch fetch;
  private final Set<Note> notes = EnumSet.noneOf(Note.class);

  private volatile @Nullable PartFile part;
  private volatile @Nullable WrittenBytes written;
  private volatile Path target;
  private volatile Verification verification = Verification.NONE;
  private volatile List<Claim> claims = List.of();

  /**
   * Prepares one pass.
   *
   * @param directory whether the target is the directory that the server's name goes into
   * @param present what is there already and only to be replaced by another version, if anything
   */
  DownloadPipeline(
      NettyDownloadEngine engine,
      DownloadTask task,
      FileDownload download,
      Path target,
      boolean directory,
      @Nullable PresentFile present,
      Pass pass) {
    this.engine = engine;
    this.task = task;
    this.download = download;
    this.request = task.request();
    this.limits = engine.limits();
    this.target = target;
    this.directory = directory;
    this.present = present;
    this.fetch = new FileFetch(engine, request, task.sampler(), this, engine.budget(), pass);
    if (pass.anew()) {
      notes.add(Note.RESTARTED);
    }
  }

  /** Runs when subscribed to. {@link #endDigest} is called after its end, whatever that was. */
  Mono<DownloadResult> run() {
    return fetch
        .run()
        .then(
            Mono.defer(
                () -> {
                  URI unmodified = fetch.unmodified();
                  return unmodified == null
                      ? verify().flatMap(this::commit)
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
    return named(head)
        .then(Mono.defer(() -> open(answered, Verification.of(request, head))))
        .map(
            left -> {
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
            });
  }

  private Mono<Void> named(ResponseHead head) {
    if (!directory) {
      return Mono.empty();
    }
    Path named = Targets.name(request, target, head);
    target = named;
    progress().named(String.valueOf(named.getFileName()));
    return download.claim(named);
  }

  private Mono<Resumption> open(Representation answered, Verification wanted) {
    long longest = Targets.firstSegment(limits);
    Resumption left = new Resumption(request, target, answered, longest);
    return download
        .open(
            () -> {
              if (directory) {
                Targets.checkFree(request, target);
              }
              Targets.checkRoom(request, target, answered.total());
              return PartFile.open(engine.io(), engine.scheduler(), answered.uri(), target, left);
            })
        .map(
            file -> {
              part = file;
              verification = wanted;
              written = new WrittenBytes(file, wanted.algorithm(), engine.io());
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
    return ResumeCheck.run(opened(), claims, this);
  }

  @Override
  public void confirmed(Claim claim) {
    written().confirmed(claim.range());
  }

  @Override
  public void refuted(Claim claim) {
    fetch.missed(claim.range());
  }

  // ---- write, and the hash follows

  @Override
  public long reach() {
    return Long.MAX_VALUE;
  }

  @Override
  public int gatherSize() {
    return engine.limits().writeBufferSize();
  }

  @Override
  public void received(int bytes) {
    progress().received(bytes);
    engine.received(bytes);
  }

  @Override
  public void write(ByteBuf data, long offset, PartFile.Listener listener) {
    opened().write(data, offset, listener);
  }

  @Override
  public void written(long offset, ByteBuf data) {
    written().written(offset, data);
  }

  @Override
  public long keepPrefix() {
    return written().keepPrefix();
  }

  @Override
  public Mono<Void> clear() {
    return written().clear();
  }

  @Override
  public void movedElsewhere() {
    // A later run would take it for proven by the validator of the first place.
    opened().claimNoMore();
  }

  // ---- verify: length, then digest

  private Mono<Optional<Checksum>> verify() {
    progress().state(DownloadState.VERIFYING);
    Representation file = fetch.known();
    long received = progress().received();
    long total = file.total().orElse(received);
    if (received > request.maxBytes()) {
      return Mono.error(fetch.tooLarge(file.uri()));
    }
    return opened()
        .size()
        .flatMap(
            size -> {
              if (written().prefixEnd() != total) {
                return Mono.error(new DownloadException.ConnectionLost(file.uri(), target, null));
              }
              if (size != total) {
                // All of it was written: somebody else has cut it, or written behind it.
                return Mono.error(new FileAccess(file.uri(), target, FileAccess.Reason.LOST, null));
              }
              return written().digest(total).doOnNext(digest -> digest.ifPresent(this::agree));
            });
  }

  private void agree(Checksum actual) {
    verification.agree(fetch.uri(), target, actual);
  }

  // ---- commit: the one step that makes the target appear

  private Mono<DownloadResult> commit(Optional<Checksum> checksum) {
    PartFile file = opened();
    // What has a journal is large: a file that a power cut has spoilt would cost too much.
    boolean fsync = request.fsync() == null ? file.isJournaled() : request.fsync();
    Mono<Void> forced = fsync ? file.force() : Mono.empty();
    Instant modified = request.remoteTime() ? fetch.known().validator().lastModified() : null;
    Mono<Void> dated = modified == null ? Mono.empty() : file.date(modified);
    return dated
        .then(forced)
        .then(
            Mono.defer(
                () -> task.beginCommit() ? file.commit(Targets.mayReplace(request)) : Mono.never()))
        .then(engine.io().call(() -> result(checksum)));
  }

  /** What may be no whole version of the file, or a mirror's, is not told of as the request's. */
  private void keepVersion() {
    if (request.ifNewer()
        && fetch.mirrors().hasRequestedBegun()
        && !notes.contains(Note.UNPROVEN)
        && !notes.contains(Note.LENGTH_UNKNOWN)) {
      PresentFile.keep(request, target, fetch.known().validator(), progress().received());
    }
  }

  private DownloadResult result(Optional<Checksum> checksum) {
    Representation file = fetch.known();
    notes.addAll(fetch.notes(verification.expected() != null));
    keepVersion();
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

  /** Ends the digest; completes when it no longer runs. */
  Mono<Void> endDigest() {
    WrittenBytes bytes = written;
    return bytes == null ? Mono.empty() : bytes.endDigest();
  }

  /** Returns the index of the only mirror that has brought anything; empty if there are several. */
  OptionalInt sole() {
    return progress().resumed() > 0 ? OptionalInt.empty() : fetch.mirrors().sole();
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
