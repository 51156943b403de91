package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.RetryPolicy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The settings that an engine starts with. */
final class EngineBuilder implements DownloadEngine.Builder {

  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);

  Limits limits = Limits.defaults();
  NetworkSettings network = NetworkSettings.defaults();
  List<InetSocketAddress> nameServers = List.of();
  RetryPolicy retryPolicy = RetryPolicy.defaults();
  Duration progressInterval = Duration.ofMillis(100);
  DownloadMetrics metrics = DownloadMetrics.none();
  Scheduler scheduler = Schedulers.parallel();

  @Override
  public EngineBuilder limits(Limits limits) {
    this.limits = Objects.requireNonNull(limits, "limits");
    return this;
  }

  @Override
  public EngineBuilder network(NetworkSettings settings) {
    this.network = Objects.requireNonNull(settings, "settings");
    return this;
  }

  @Override
  public EngineBuilder nameServers(List<InetSocketAddress> servers) {
    for (InetSocketAddress server : servers) {
      if (server.isUnresolved()) {
        throw new IllegalArgumentException("a name server is given by its address: " + server);
      }
    }
    this.nameServers = List.copyOf(servers);
    return this;
  }

  @Override
  public EngineBuilder retryPolicy(RetryPolicy policy) {
    this.retryPolicy = Objects.requireNonNull(policy, "policy");
    return this;
  }

  @Override
  public EngineBuilder progressInterval(Duration interval) {
    if (interval.compareTo(SHORTEST_INTERVAL) < 0) {
      throw new IllegalArgumentException("the progress interval is at least 10 ms: " + interval);
    }
    this.progressInterval = interval;
    return this;
  }

  @Override
  public EngineBuilder metrics(DownloadMetrics metrics) {
    this.metrics = Objects.requireNonNull(metrics, "metrics");
    return this;
  }

  @Override
  public EngineBuilder scheduler(Scheduler scheduler) {
    Objects.requireNonNull(scheduler, "scheduler");
    try {
      scheduler.schedule(() -> {}, 1, TimeUnit.HOURS).dispose();
    } catch (RejectedExecutionException e) {
      throw new IllegalArgumentException("the scheduler takes no tasks for later: " + scheduler, e);
    }
    this.scheduler = new GivenScheduler(scheduler);
    return this;
  }

  @Override
  public DownloadEngine build() {
    return new NettyDownloadEngine(this);
  }
}
