package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.RetryPolicy;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Downloads files over HTTP, each split into range segments, verified, retried and cancellable at
 * any moment.
 *
 * <p>An engine owns its connections, its I/O threads and its limits. One engine serves a whole
 * program; it is safe for use from any thread. Every thread that it starts is a daemon: a program
 * that has nothing else to do ends before its downloads, unless it waits for them.
 *
 * <p>Every failure is a {@link DownloadException}, but for what the source of a batch or the mapper
 * of a stream itself fails with. Results and progress arrive on the engine's scheduler, never on an
 * event loop; what is known at once, a first snapshot or that a request has no target, on the
 * thread that subscribes. A terminal signal is sent once all of a download's writes have ended and
 * its descriptors are closed.
 *
 * <p>A download that begins after {@link #close()} fails with {@link DownloadException.Cancelled};
 * a batch, and what watches the engine, completes.
 */
public interface DownloadEngine extends AutoCloseable {

  /**
   * Creates an engine with the default limits, network settings and retry policy.
   *
   * @return a running engine, to be closed by the caller
   */
  static DownloadEngine create() {
    return builder().build();
  }

  /**
   * Returns a builder with every setting at its default.
   *
   * @return a new builder
   */
  static Builder builder() {
    return new EngineBuilder();
  }

  /**
   * Downloads one file to its target.
   *
   * <p>Cold: each subscription is one download. Cancelling it closes its sockets, ends its writes
   * and deletes what cannot be resumed.
   *
   * @param request what to download, with a target
   * @return the result, after the file has its name; or a {@link DownloadException}
   */
  Mono<DownloadResult> download(DownloadRequest request);

  /**
   * Downloads one file and emits its progress.
   *
   * <p>Cold: each subscription is one download, the same as {@link #download} gives, seen as its
   * progress. Snapshots are sampled, ten a second by default; a slow subscriber sees the newest;
   * the first and the terminal one always arrive. After the terminal snapshot the stream completes,
   * or fails as the download did. Cancelling it cancels the download.
   *
   * @param request what to download, with a target
   * @return the snapshots
   */
  Flux<Progress> progress(DownloadRequest request);

  /**
   * Starts a download at once and returns the handle that watches and steers it.
   *
   * @param request what to download, with a target
   * @return the handle; never {@code null}, whatever becomes of the download
   * @throws DownloadException.InvalidRequest if the request has no target
   */
  Download submit(DownloadRequest request);

  /**
   * Downloads many files, as many at once as the limits allow, and emits an outcome for each in the
   * order in which they end. A failure never ends the batch, not even that of a request that can't
   * be carried out.
   *
   * <p>Each subscription subscribes to the source anew, and downloads everything anew. The source
   * is read as far as there is room: for {@link Limits#maxConcurrentDownloads()}, as it is at that
   * moment, and a few more; a subscriber that asks for no outcome holds it up. Its own failure, if
   * there is one, comes after the last outcome. Cancelling cancels what runs. Once the engine is
   * being closed nothing more is taken from the source, and the batch completes.
   *
   * <p>The source is asked for more on the thread that subscribes at first, then on those of the
   * engine's scheduler: one that blocks needs threads of its own, by {@code subscribeOn}.
   *
   * <p>The outcomes arrive on threads of the engine's scheduler; that of a request which is refused
   * at once, as it has no target, where the source emits it.
   *
   * @param requests what to download
   * @return one outcome for each request
   */
  Flux<DownloadOutcome> downloadAll(Publisher<? extends DownloadRequest> requests);

  /**
   * Streams the bytes of a file in order.
   *
   * <p>Cold: each subscription is one download of its own. The body is fetched in segments over as
   * many connections as a download into a file uses, and with the same retries: a connection that
   * breaks after the first byte, or a signed target that expires, is not seen; but a body that the
   * server gives neither ranges nor a strong validator of fails where it broke. What has been sent
   * can't be taken back, so a file that changes meanwhile fails the stream with {@link
   * DownloadException.SourceChanged}. A checksum of the request is compared at the end: where it
   * differs, {@link DownloadException.ChecksumMismatch} comes in place of the completion, after all
   * of the bytes.
   *
   * <p>Each {@link ByteBuffer} is the subscriber's own, to be kept or written to; it has an array,
   * 256 KiB at most, and its bytes between position and limit. As many come as are asked for. Ahead
   * of its subscriber a stream reads as far as its window reaches, and to the end of the segments
   * that have begun in it: its share of half of {@link Limits#memoryBudget()}, 32 MiB at most; no
   * byte more is asked of the server while that is full. A body without ranges is read as it is
   * taken. Signals arrive on threads of the engine's scheduler, which must not be blocked: {@link
   * #openStream} is for code that blocks. Cancelling stops everything.
   *
   * <p>It counts as a download: it is listed, admitted and told of as one. Its {@link
   * Download#pause()} does nothing, as a reader pauses it by asking for nothing.
   *
   * @param request what to read; its target is not used
   * @return the body; or a {@link DownloadException}
   */
  Flux<ByteBuffer> stream(DownloadRequest request);

  /**
   * Streams the bytes of a file in order, as {@link #stream(DownloadRequest)} does, with what is
   * known of it before the first byte: to answer with its length and type, say.
   *
   * <p>The mapper is called once a subscription, when the first answer has come, and not at all if
   * none comes. The body has one subscriber; whatever of it is not read when the mapper's publisher
   * ends is given up.
   *
   * @param <T> the element type of the resulting stream
   * @param request what to read; its target is not used
   * @param mapper makes the result from what is known of the body and the body
   * @return what the mapper returned; or a {@link DownloadException}
   */
  <T> Flux<T> stream(
      DownloadRequest request,
      BiFunction<? super StreamInfo, ? super Flux<ByteBuffer>, ? extends Publisher<? extends T>>
          mapper);

  /**
   * Opens the bytes of a file as a blocking stream, for one thread that may block.
   *
   * <p>The download begins at once. Its failure is the cause of the {@link java.io.IOException}
   * that a read throws, and every read after it. All is there, and its digest right, only once a
   * read has returned -1: who reads through something that takes an error for an end, as {@link
   * java.util.zip.GZIPInputStream} does behind a whole member, reads on here until then. A thread
   * that is interrupted in a read gives up the download.
   *
   * @param request what to read; its target is not used
   * @return the body, to be closed: that cancels the download unless it has ended; a read that
   *     would have to wait on a thread that must not block throws an {@link IllegalStateException}
   */
  InputStream openStream(DownloadRequest request);

  /**
   * Returns the unfinished downloads, cold ones too, in no particular order.
   *
   * @return a snapshot of the list
   */
  List<Download> downloads();

  /**
   * Returns the unfinished download with the given id.
   *
   * @param id a request's id
   * @return the download, or empty when it is unknown or has ended
   */
  Optional<Download> find(String id);

  /**
   * Emits what the engine as a whole does, sampled, ten times a second by default.
   *
   * <p>Hot: the first snapshot comes at once, then one an interval until the engine is closed. A
   * slow subscriber sees the newest.
   *
   * @return the snapshots
   */
  Flux<EngineProgress> progress();

  /**
   * Emits the outcome of every download that ends, whoever began it.
   *
   * <p>Hot: what ended before is not repeated; it completes when the engine is closed, after the
   * last outcome. Nothing is left out: what a slow subscriber has not taken yet is kept for it.
   * Cancelling it cancels no download. An outcome comes just before the download's own subscribers
   * hear of the end, on a thread of the engine's scheduler: the one on which they hear, unless they
   * read a stream.
   *
   * @return the outcomes
   */
  Flux<DownloadOutcome> outcomes();

  /**
   * Returns the limits in force.
   *
   * @return the limits
   */
  Limits limits();

  /**
   * Replaces the limits, effective at once, for what runs as well: its speed is bounded anew, and
   * it takes more connections, or fewer as its segments end. No download and no segment is ended to
   * come under a lowered limit.
   *
   * @param limits the new limits
   */
  void limits(Limits limits);

  /**
   * Replaces the limits by a function of those in force, atomically.
   *
   * @param update gives the new limits from the old; called once, under a lock
   */
  void updateLimits(UnaryOperator<Limits> update);

  /**
   * Returns the network settings in force.
   *
   * @return the settings
   */
  NetworkSettings network();

  /**
   * Replaces the network settings, effective from the next HTTP request on.
   *
   * @param settings the new settings
   */
  void network(NetworkSettings settings);

  /**
   * Replaces the network settings by a function of those in force, atomically.
   *
   * @param update gives the new settings from the old; called once, under a lock
   */
  void updateNetwork(UnaryOperator<NetworkSettings> update);

  /**
   * Cancels every unfinished download, from any thread. A batch takes nothing more from its source,
   * and ends with the outcomes of what it has begun. The engine stays usable.
   */
  void cancelAll();

  /**
   * Cancels what runs and closes the engine, when subscribed to. Lazy and cached: the first
   * subscription closes, every one sees the end.
   *
   * @return completes when the engine's sockets, descriptors and threads are gone; a maintenance
   *     thread that Reactor Netty shares between all pools of a JVM stays
   */
  Mono<Void> closeLater();

  /**
   * Closes the engine when subscribed to, after letting what runs finish for a while. What is
   * submitted meanwhile fails with {@link DownloadException.Cancelled}.
   *
   * @param grace how long what runs may go on; what remains then is cancelled
   * @return completes when nothing of the engine is left
   */
  Mono<Void> closeLater(Duration grace);

  /**
   * Cancels what runs, closes the engine and waits for its end. On a thread that is interrupted it
   * waits no longer and throws, with an {@link InterruptedException} as the cause; the engine
   * closes all the same. As the end comes after the last outcome, a subscriber of {@link #outcomes}
   * or of a batch that calls this would wait for itself: {@link #closeLater()} is for it as well.
   *
   * @throws IllegalStateException on a thread that must not block; use {@link #closeLater()} there
   */
  @Override
  void close();

  /** Configures an engine. Not safe for use by several threads at once. */
  interface Builder {

    /**
     * Sets the initial limits.
     *
     * @param limits the limits; {@link Limits#defaults()} by default
     * @return this builder
     */
    Builder limits(Limits limits);

    /**
     * Sets the initial network settings.
     *
     * @param settings the settings; {@link NetworkSettings#defaults()} by default
     * @return this builder
     */
    Builder network(NetworkSettings settings);

    /**
     * Sets the name servers that are asked in place of the system's, the first one first. What the
     * hosts file knows is not asked for.
     *
     * @param servers their addresses, port 53 as a rule; none, as by default: those of the system
     * @return this builder
     * @throws IllegalArgumentException if one of them is a name that would have to be resolved
     */
    Builder nameServers(List<InetSocketAddress> servers);

    /**
     * Sets the retry policy of requests that bring none.
     *
     * @param policy the policy; {@link RetryPolicy#defaults()} by default
     * @return this builder
     */
    Builder retryPolicy(RetryPolicy policy);

    /**
     * Sets how often progress is sampled.
     *
     * @param interval the time between two snapshots, at least 10 ms; 100 ms by default
     * @return this builder
     * @throws IllegalArgumentException if it is less
     */
    Builder progressInterval(Duration interval);

    /**
     * Sets the recorder of metrics.
     *
     * @param metrics the recorder, {@link MicrometerMetrics} say; {@link DownloadMetrics#none()} by
     *     default
     * @return this builder
     */
    Builder metrics(DownloadMetrics metrics);

    /**
     * Sets the scheduler that keeps the engine's time and delivers results and progress. The engine
     * never disposes it.
     *
     * @param scheduler the scheduler; {@code Schedulers.parallel()} by default
     * @return this builder
     * @throws IllegalArgumentException if it takes no tasks for later, as {@code
     *     Schedulers.immediate()} and those of a plain executor
     */
    Builder scheduler(Scheduler scheduler);

    /**
     * Builds the engine.
     *
     * @return a running engine, to be closed by the caller
     */
    DownloadEngine build();
  }
}
