package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.util.context.Context;

/**
 * Records in Micrometer's meters, and each download as an {@link Observation}. Needs {@code
 * micrometer-core} on the class path; nothing else of this library does.
 *
 * <table>
 * <caption>The meters</caption>
 * <tr><th>name</th><th>kind</th><th>tags</th></tr>
 * <tr><td>{@code qsde.downloads.active}, {@code .queued}, {@code .paused}</td><td>gauges</td><td></td></tr>
 * <tr><td>{@code qsde.downloads.finished}</td><td>counter</td><td>{@code outcome} (completed, failed,
 *     cancelled), {@code error}</td></tr>
 * <tr><td>{@code qsde.received}</td><td>counter, bytes</td><td></td></tr>
 * <tr><td>{@code qsde.memory.used}</td><td>gauge, bytes received and not yet written, and the room of
 *     small files that wait in memory</td><td></td></tr>
 * <tr><td>{@code qsde.segment.duration}</td><td>timer</td><td></td></tr>
 * <tr><td>{@code qsde.time.to.first.byte}</td><td>timer</td><td></td></tr>
 * <tr><td>{@code qsde.retries}</td><td>counter</td><td>{@code error}</td></tr>
 * <tr><td>{@code qsde.connections}</td><td>gauge</td><td>{@code origin}</td></tr>
 * <tr><td>{@code qsde.download}</td><td>observation</td><td>{@code outcome}, {@code error}</td></tr>
 * </table>
 *
 * <p>An {@code error} is the simple name of a {@link DownloadException}, or {@code none}. An {@code
 * origin} is a scheme, a host and a port; the first 16 have a value of their own, all others share
 * {@code other}, so that a crawler does not make a time series for each host. No tag holds a path,
 * a query or a credential.
 *
 * <p>An observation lasts from the subscription to the outcome, the wait in the queue included. Its
 * parent is the observation in the subscriber's Reactor context, else the thread's own. What runs
 * below the download finds it in that context.
 *
 * <p>One object may serve several engines: its gauges are their sums. Of two objects with the same
 * registry only the first has gauges.
 */
public final class MicrometerMetrics implements DownloadMetrics {

  private static final int MOST_ORIGINS = 16;
  private static final String OTHER = "other";
  private static final String ERROR = "error";
  private static final String NONE = "none";
  private static final String ORIGIN = "origin";
  private static final String OUTCOME = "outcome";

  /** Where Micrometer keeps the current observation in a Reactor context. */
  private static final String CONTEXT_KEY = "micrometer.observation";

  private final MeterRegistry meters;
  private final ObservationRegistry observations;
  private final Timer segments;
  private final Timer firstBytes;
  private final Set<Gauges> engines = ConcurrentHashMap.newKeySet();
  // Guarded by itself.
  private final Map<String, AtomicInteger> connections = new HashMap<>();
  // Guarded by this.
  private long receivedByClosed;

  private MicrometerMetrics(MeterRegistry meters, ObservationRegistry observations) {
    this.meters = meters;
    this.observations = observations;
    this.segments =
        Timer.builder("qsde.segment.duration")
            .description("From a segment's first request to its last write")
            .register(meters);
    this.firstBytes =
        Timer.builder("qsde.time.to.first.byte")
            .description("From a request to the head of its answer")
            .register(meters);
    gauge("qsde.downloads.active", "Downloads that run", null, Gauges::active);
    gauge("qsde.downloads.queued", "Downloads that wait for their turn", null, Gauges::queued);
    gauge("qsde.downloads.paused", "Downloads that are paused", null, Gauges::paused);
    gauge("qsde.memory.used", "In use of the memory budget", "bytes", Gauges::memoryInUse);
    FunctionCounter.builder("qsde.received", this, MicrometerMetrics::received)
        .description("Received from the network")
        .baseUnit("bytes")
        .register(meters);
  }

  /**
   * {@return a recorder without observations}
   *
   * @param meters where the meters are registered
   */
  public static MicrometerMetrics of(MeterRegistry meters) {
    return of(meters, ObservationRegistry.NOOP);
  }

  /**
   * {@return a recorder with observations}
   *
   * @param meters where the meters are registered
   * @param observations whose handlers are told of each download: tracers, timers
   */
  public static MicrometerMetrics of(MeterRegistry meters, ObservationRegistry observations) {
    return new MicrometerMetrics(meters, observations);
  }

  private void gauge(
      String name, String what, @Nullable String unit, ToLongFunction<Gauges> value) {
    // A registry refers to it weakly by default, and the values would be gone with the engine.
    Gauge.builder(name, () -> engines.stream().mapToLong(value).sum())
        .description(what)
        .baseUnit(unit)
        .strongReference(true)
        .register(meters);
  }

  private synchronized double received() {
    return receivedByClosed + engines.stream().mapToLong(Gauges::bytesReceived).sum();
  }

  @Override
  public Disposable observe(Gauges engine) {
    engines.add(engine);
    return () -> closed(engine);
  }

  /** A counter never falls. */
  private synchronized void closed(Gauges engine) {
    if (engines.remove(engine)) {
      receivedByClosed += engine.bytesReceived();
    }
  }

  @Override
  public Recording downloadStarted(DownloadRequest request, Context subscriber) {
    Observation observation =
        Observation.createNotStarted("qsde.download", observations).contextualName("download");
    Observation parent = subscriber.getOrDefault(CONTEXT_KEY, null);
    if (parent != null) {
      observation.parentObservation(parent);
    }
    observation.start();
    return new Recording() {
      @Override
      public Context context(Context known) {
        return observation.isNoop() ? known : known.put(CONTEXT_KEY, observation);
      }

      @Override
      public void ended(@Nullable DownloadException failure) {
        boolean cancelled = failure instanceof DownloadException.Cancelled;
        String outcome = failure == null ? "completed" : cancelled ? "cancelled" : "failed";
        DownloadException error = cancelled ? null : failure;
        Counter.builder("qsde.downloads.finished")
            .description("Downloads that have ended")
            .tag(OUTCOME, outcome)
            .tag(ERROR, error == null ? NONE : error.getClass().getSimpleName())
            .register(meters)
            .increment();
        observation.lowCardinalityKeyValue(OUTCOME, outcome);
        if (error != null) {
          observation.error(error);
        }
        observation.stop();
      }
    };
  }

  @Override
  public void connectionTaken(String origin) {
    connections(origin).incrementAndGet();
  }

  @Override
  public void connectionReleased(String origin) {
    connections(origin).decrementAndGet();
  }

  private AtomicInteger connections(String origin) {
    synchronized (connections) {
      boolean named = connections.size() < MOST_ORIGINS || connections.containsKey(origin);
      return connections.computeIfAbsent(named ? origin : OTHER, this::connectionGauge);
    }
  }

  private AtomicInteger connectionGauge(String origin) {
    AtomicInteger count = new AtomicInteger();
    Gauge.builder("qsde.connections", count, AtomicInteger::get)
        .description("Connections in use")
        .tag(ORIGIN, origin)
        .strongReference(true)
        .register(meters);
    return count;
  }

  @Override
  public void answered(Duration wait) {
    firstBytes.record(wait);
  }

  @Override
  public void segmentCompleted(Duration time) {
    segments.record(time);
  }

  @Override
  public void retrying(DownloadException why) {
    Counter.builder("qsde.retries")
        .description("What was tried again")
        .tag(ERROR, why.getClass().getSimpleName())
        .register(meters)
        .increment();
  }
}
