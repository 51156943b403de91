package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.internal.http.ResponseHead;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.RangeSet;
import com.qustellar.qsde.internal.plan.SegmentPlanner;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The way of the bytes into a stream, to be read from top to bottom: {@code fetch (first request →
 * plan → segments) → window → digest → subscriber → verify}.
 *
 * <p>What always holds:
 *
 * <ol>
 *   <li>each byte is sent once and in order, whatever becomes of the connections;
 *   <li>no segment begins further ahead of the subscriber than its window reaches, and one that has
 *       begun runs to its end: the byte that is next is always on its way;
 *   <li>the stream completes only after length and digest agree.
 * </ol>
 *
 * <p>What has been sent can't be taken back: where a file would start over, a stream fails.
 */
final class StreamDownload implements Work, Destination {

  /** What a connection asks for at once: short enough that several are under way in a window. */
  private static final long SHORTEST_SEGMENT = 256 << 10;

  private static final long LONGEST_SEGMENT = 4 << 20;

  /** As they come: a subscriber does not wait for bytes that are here. */
  private static final int NOT_GATHERED = 1;

  private final NettyDownloadEngine engine;
  private final DownloadRequest request;
  private final DownloadTask task;
  private final StreamWindow window;
  private final FileFetch fetch;
  private final Sinks.One<StreamInfo> info = Sinks.one();
  private volatile boolean ranged;
  private volatile Verification verification = Verification.NONE;
  private volatile @Nullable StreamDigest digest;

  // Guarded by this.
  private boolean opened;

  StreamDownload(NettyDownloadEngine engine, DownloadTask task) {
    this.engine = engine;
    this.task = task;
    this.request = task.request();
    this.window =
        new StreamWindow(
            engine::deliver, engine.streamMemory(), this::digest, this::review, task::dispose);
    long longest = Targets.firstSegment(engine.limits());
    ByteRange first = new ByteRange(0, Math.min(longest, engine.streamMemory().window() / 2));
    this.fetch =
        new FileFetch(
            engine,
            request,
            task.sampler(),
            this,
            new MemoryBudget(() -> Long.MAX_VALUE),
            Pass.first(first));
  }

  /** What is known of the body before its first byte; fails if the download does. */
  Mono<StreamInfo> info() {
    return info.asMono();
  }

  /** The body, for one subscriber. */
  Flux<ByteBuffer> body() {
    return window;
  }

  /** Ends the download unless it has ended. */
  void dispose() {
    task.dispose();
  }

  /** The download has ended, and so does the stream. */
  void ended(@Nullable Throwable failure) {
    if (failure == null) {
      window.complete();
    } else {
      info.tryEmitError(failure);
      window.fail(failure);
    }
  }

  @Override
  public Mono<DownloadResult> run(Disposable turn) {
    synchronized (this) {
      if (!task.isRunning(turn)) {
        return Mono.never();
      }
      opened = true;
    }
    engine.streamMemory().opened();
    return fetch.run().then(Mono.defer(this::verify));
  }

  // ---- the first answer

  @Override
  public Mono<Begun> begin(Representation answered, ResponseHead head, ByteRange asked) {
    ranged = answered.ranged();
    Verification wanted = Verification.of(request, head);
    HashAlgorithm algorithm = wanted.algorithm();
    verification = wanted;
    digest = algorithm == null ? null : new StreamDigest(algorithm, fetch::uri);
    StreamInfo told = StreamInfo.of(answered, head);
    if (told.fileName() != null) {
      task.sampler().named(told.fileName());
    }
    engine.deliver(() -> info.tryEmitValue(told));
    return Mono.just(new Begun(true, new RangeSet()));
  }

  @Override
  public SegmentPlanner plan(long total, RangeSet covered, int connections) {
    long set = engine.limits().segmentSize();
    long window = engine.streamMemory().window();
    long share = Math.min(LONGEST_SEGMENT, window / (2L * connections));
    // One that has begun runs to its end: it must not be longer than what may be held.
    long size =
        set == Limits.AUTO
            ? Math.max(SHORTEST_SEGMENT, share)
            : Math.min(set, Math.max(SHORTEST_SEGMENT, window / 2));
    return new SegmentPlanner(total, covered, size);
  }

  @Override
  public long reach() {
    return window.position() + engine.streamMemory().window();
  }

  @Override
  public Mono<Void> check() {
    return Mono.empty();
  }

  // ---- the window

  @Override
  public int gatherSize() {
    return NOT_GATHERED;
  }

  @Override
  public void received(int bytes) {
    task.sampler().received(bytes);
    engine.received(bytes);
  }

  @Override
  public void write(ByteBuf data, long offset, PartFile.Listener listener) {
    DownloadException failure = null;
    try {
      long end = offset + data.readableBytes();
      if (end > Lengths.most(request)) {
        failure = Lengths.ofCome(request, fetch.uri(), null, end).orElseThrow();
      } else {
        put(data, offset, listener);
      }
    } catch (OutOfMemoryError e) {
      failure = new DownloadException.Unexpected(fetch.uri(), null, e);
    } finally {
      data.release();
    }
    if (failure != null || ranged) {
      // A segment may run to its end: what there is room for has been decided when it began.
      listener.ended(failure);
    }
  }

  /** The bytes are copied, as nobody knows for how long their subscriber wants them. */
  private void put(ByteBuf data, long offset, PartFile.Listener listener) {
    ByteBuffer copy = ByteBuffer.allocate(data.readableBytes());
    data.readBytes(copy);
    // Of a body that has no ranges no more is read than the subscriber takes.
    Runnable passedOn = ranged ? StreamWindow.NOBODY : () -> listener.ended(null);
    window.put(offset, copy.flip(), passedOn);
  }

  @Override
  public void written(long offset, ByteBuf data) {}

  @Override
  public long keepPrefix() {
    window.keepPrefix();
    ranged = false;
    return window.prefixEnd();
  }

  @Override
  public Mono<Void> clear() {
    return window.clear()
        ? Mono.empty()
        : Mono.error(
            new DownloadException.InvalidResponse(
                fetch.uri(),
                null,
                "it broke, and the server gives neither ranges of it nor a name to its version",
                null));
  }

  @Override
  public void movedElsewhere() {}

  // ---- verify: every byte is with the subscriber

  private Mono<DownloadResult> verify() {
    Representation file = fetch.known();
    long total = file.total().orElse(task.sampler().received());
    if (window.prefixEnd() != total) {
      return Mono.error(new DownloadException.ConnectionLost(file.uri(), null, null));
    }
    Optional<DownloadException> refusal = Lengths.ofCome(request, file.uri(), null, total);
    if (refusal.isPresent()) {
      return Mono.error(refusal.get());
    }
    return window
        .drained(total)
        .then(
            Mono.fromCallable(
                () -> {
                  task.sampler().state(DownloadState.VERIFYING);
                  return result(file, total, agree());
                }));
  }

  private void digest(ByteBuffer bytes) {
    StreamDigest current = digest;
    if (current != null) {
      current.update(bytes);
    }
  }

  private @Nullable Checksum agree() {
    StreamDigest current = digest;
    if (current == null) {
      return null;
    }
    Checksum actual = current.finish();
    verification.agree(fetch.uri(), null, actual);
    return actual;
  }

  private DownloadResult result(Representation file, long total, @Nullable Checksum checksum) {
    return new DownloadResult(
        request.id(),
        Path.of(""),
        total,
        0,
        checksum,
        Duration.ofNanos(System.nanoTime() - task.startedAt()),
        task.sampler().retries(),
        fetch.segments(),
        file.uri(),
        file.validator().isStrong() ? file.validator().token().orElse(null) : null,
        fetch.notes(verification.expected() != null));
  }

  // ---- what the task asks

  @Override
  public void review() {
    fetch.review();
  }

  @Override
  public Mono<Void> close(boolean useless) {
    return Mono.fromRunnable(
        () -> {
          if (wasOpened()) {
            engine.streamMemory().closed();
          }
        });
  }

  private synchronized boolean wasOpened() {
    boolean was = opened;
    opened = false;
    return was;
  }

  @Override
  public boolean closed() {
    return false;
  }

  @Override
  public boolean isPausable() {
    return false;
  }

  @Override
  public void discard() {}

  @Override
  public Mono<Void> deleteKept() {
    return Mono.empty();
  }

  @Override
  public @Nullable Path target() {
    return null;
  }
}
