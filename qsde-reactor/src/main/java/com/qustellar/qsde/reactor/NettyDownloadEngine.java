package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.internal.http.FileNames;
import io.netty.util.internal.PlatformDependent;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/** The engine on Reactor Netty: holds its parts together, and the downloads that run. */
final class NettyDownloadEngine implements DownloadEngine {

  private volatile Limits limits;
  private volatile NetworkSettings network;
  private final RetryPolicy retryPolicy;
  private final Scheduler scheduler;
  private final Flux<Long> ticks;
  private final HttpTransport transport;
  private final IoPool io = new IoPool();
  private final Admission admission;
  private final MemoryBudget budget;
  private final StreamMemory streamMemory;
  private final Throttle throttle;
  private final StallWatch stallWatch;
  private final EngineTally tally = new EngineTally();
  private final Outcomes outcomes = new Outcomes();
  private final DownloadMetrics metrics;
  private final Disposable observed;

  private final RunningDownloads running = new RunningDownloads();
  private final Sinks.Empty<Void> closing = Sinks.empty();
  private final Mono<Void> closed = Told.to(Mono.defer(this::shutDown).cache());

  NettyDownloadEngine(EngineBuilder settings) {
    this.limits = settings.limits;
    this.network = settings.network;
    this.transport = new HttpTransport(settings.nameServers, io);
    this.retryPolicy = settings.retryPolicy;
    this.scheduler = settings.scheduler;
    this.ticks = new Ticks(settings.progressInterval, scheduler).flux();
    this.admission =
        new Admission(
            () -> limits.maxConcurrentDownloads(), () -> limits().connectionsPerHost(), scheduler);
    // Half of what Netty may take: the rest is for what is being read.
    long most = PlatformDependent.maxDirectMemory() / 2;
    LongSupplier memory = () -> Math.min(limits().memoryBudget(), most);
    this.streamMemory = new StreamMemory(memory, () -> budget().give(0));
    this.budget = new MemoryBudget(() -> streamMemory.left());
    this.throttle = new Throttle(() -> limits().bytesPerSecond(), scheduler);
    this.stallWatch = new StallWatch(scheduler);
    this.metrics = GuardedMetrics.of(settings.metrics);
    this.observed =
        metrics.observe(
            new EngineGauges(running.tasks(), tally, () -> budget.used() + streamMemory.held()));
  }

  // ---- downloads

  @Override
  public Mono<DownloadResult> download(DownloadRequest request) {
    return Told.to(
        Mono.deferContextual(
            context -> {
              DownloadTask task = start(request, context, this::deliver);
              return task.result().doFinally(signal -> disposeUnlessEnded(task, signal));
            }));
  }

  @Override
  public Flux<Progress> progress(DownloadRequest request) {
    return Told.to(
        Flux.deferContextual(
            context -> {
              DownloadTask task = start(request, context, this::deliver);
              Mono<Progress> end = task.result().then(Mono.empty());
              return task.progress()
                  .concatWith(end)
                  .doFinally(signal -> disposeUnlessEnded(task, signal));
            }));
  }

  /**
   * Ends a download that nobody sees any more: its subscriber has left by now and must not hear of
   * the end that it has brought about, or the view of it has failed where the download has not.
   */
  private static void disposeUnlessEnded(DownloadTask task, SignalType signal) {
    if (signal != SignalType.ON_COMPLETE) {
      task.dispose();
    }
  }

  @Override
  public Download submit(DownloadRequest request) {
    return start(request, Context.empty(), this::deliver);
  }

  /**
   * Begins a download into a file.
   *
   * @param delivery where its outcome is told
   */
  private DownloadTask start(DownloadRequest request, ContextView context, Executor delivery) {
    Path target = request.target();
    if (target == null) {
      throw new DownloadException.InvalidRequest(
          request.uri(), null, "it has no target; only a stream can do without", null);
    }
    Path name = target.getFileName();
    return start(
        new DownloadTask(
            this,
            request,
            name == null ? null : name.toString(),
            Context.of(context),
            delivery,
            task -> new FileDownload(this, task, target)));
  }

  private DownloadTask start(DownloadTask task) {
    // First: whoever closes the engine may end it as soon as it is among those that run.
    outcomes.await();
    running.start(task);
    return task;
  }

  @Override
  public Flux<DownloadOutcome> downloadAll(Publisher<? extends DownloadRequest> requests) {
    return Told.to(
        Flux.deferContextual(
            context -> {
              // Its subscriber hears of one outcome at a time as it is.
              Executor delivery = new Lane(this::deliver);
              Batch batch =
                  new Batch(
                      () -> limits.maxConcurrentDownloads(),
                      request -> start(request, context, delivery));
              running.add(batch);
              return batch.outcomes(requests).doFinally(signal -> running.remove(batch));
            }));
  }

  @Override
  public Flux<ByteBuffer> stream(DownloadRequest request) {
    return Told.to(Flux.deferContextual(context -> startStream(request, context).body()));
  }

  @Override
  public <T> Flux<T> stream(
      DownloadRequest request,
      BiFunction<? super StreamInfo, ? super Flux<ByteBuffer>, ? extends Publisher<? extends T>>
          mapper) {
    return Told.to(
        Flux.deferContextual(
            context -> {
              StreamDownload stream = startStream(request, context);
              return stream
                  .info()
                  .<T>flatMapMany(
                      info -> new Given<>(() -> mapper.apply(info, Told.to(stream.body()))))
                  // Whatever the mapper has made of the body, nobody is there for it any more.
                  .doFinally(signal -> stream.dispose());
            }));
  }

  @Override
  public InputStream openStream(DownloadRequest request) {
    StreamInput input = new StreamInput();
    stream(request).subscribe(input);
    return input;
  }

  private StreamDownload startStream(DownloadRequest request, ContextView context) {
    AtomicReference<StreamDownload> made = new AtomicReference<>();
    DownloadTask task =
        new DownloadTask(
            this,
            request,
            FileNames.fromUri(request.uri()),
            Context.of(context),
            this::deliver,
            of -> {
              StreamDownload work = new StreamDownload(this, of);
              made.set(work);
              return work;
            });
    StreamDownload stream = Objects.requireNonNull(made.get());
    task.result().subscribe(result -> stream.ended(null), stream::ended);
    start(task);
    return stream;
  }

  @Override
  public List<Download> downloads() {
    return List.copyOf(running.tasks());
  }

  @Override
  public Optional<Download> find(String id) {
    return running.find(id);
  }

  @Override
  public Flux<EngineProgress> progress() {
    return Told.to(
        Flux.concat(Mono.just(0L), ticks)
            .map(tick -> tally.snapshot(running.tasks(), System.nanoTime()))
            .takeUntilOther(closing.asMono())
            .onBackpressureLatest());
  }

  @Override
  public Flux<DownloadOutcome> outcomes() {
    return Told.to(outcomes.flux());
  }

  // ---- settings

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public void limits(Limits next) {
    updateLimits(old -> next);
  }

  @Override
  public void updateLimits(UnaryOperator<Limits> update) {
    synchronized (this) {
      limits = Objects.requireNonNull(update.apply(limits), "limits");
    }
    admission.review();
    running.review();
    throttle.review();
  }

  @Override
  public NetworkSettings network() {
    return network;
  }

  @Override
  public void network(NetworkSettings settings) {
    updateNetwork(old -> settings);
  }

  @Override
  public void updateNetwork(UnaryOperator<NetworkSettings> update) {
    synchronized (this) {
      network = Objects.requireNonNull(update.apply(network), "settings");
    }
  }

  // ---- the end

  @Override
  public void cancelAll() {
    running.cancelAll();
  }

  @Override
  public Mono<Void> closeLater() {
    return closed;
  }

  @Override
  public Mono<Void> closeLater(Duration grace) {
    return Told.to(
        Mono.defer(
            () -> {
              running.shut();
              return running
                  .allEnded()
                  .timeout(Waits.bounded(grace), Mono.empty(), scheduler)
                  .then(closed);
            }));
  }

  @Override
  public void close() {
    if (Schedulers.isInNonBlockingThread()) {
      throw new IllegalStateException("close() blocks, which this thread must not: closeLater()");
    }
    closed.block();
  }

  private Mono<Void> shutDown() {
    running.shut();
    deliver(closing::tryEmitEmpty);
    cancelAll();
    return running
        .allEnded()
        .then(outcomes.end())
        .then(transport.closeLater())
        .then(io.closeLater())
        .then(Mono.fromRunnable(observed::dispose));
  }

  // ---- what the downloads ask

  /** Makes the target the task's own, and returns the task that has it. */
  DownloadTask claim(Path target, DownloadTask task) {
    return running.claim(target, task);
  }

  /** A download has ended: takes it off the lists. */
  void forget(DownloadTask task, DownloadState end) {
    tally.ended(end);
    running.forget(task);
  }

  /** Runs a callback that reaches users where users' code may run. */
  void deliver(Runnable signal) {
    try {
      scheduler.schedule(signal);
    } catch (RejectedExecutionException e) {
      // The caller's scheduler has ended before the engine; the outcome must arrive all the same.
      signal.run();
    }
  }

  /** Counts bytes from the network. */
  void received(int bytes) {
    tally.received(bytes);
  }

  RetryPolicy retryPolicy() {
    return retryPolicy;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  /** Ticks once a progress interval while somebody looks. */
  Flux<Long> ticks() {
    return ticks;
  }

  HttpTransport transport() {
    return transport;
  }

  IoPool io() {
    return io;
  }

  Admission admission() {
    return admission;
  }

  MemoryBudget budget() {
    return budget;
  }

  StreamMemory streamMemory() {
    return streamMemory;
  }

  /** What bounds the bytes a second of all downloads. */
  Throttle throttle() {
    return throttle;
  }

  StallWatch stallWatch() {
    return stallWatch;
  }

  /** Where outcomes are told, just before the download's own subscribers hear. */
  Outcomes outcomeSink() {
    return outcomes;
  }

  DownloadMetrics metrics() {
    return metrics;
  }
}
