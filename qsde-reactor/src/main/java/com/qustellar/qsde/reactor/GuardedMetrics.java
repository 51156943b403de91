package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.util.Logger;
import reactor.util.Loggers;
import reactor.util.context.Context;

/**
 * A caller's recorder, whose failures must not become those of downloads; errors neither, such as
 * the linkage error of one that was compiled against another version of its library.
 */
final class GuardedMetrics implements DownloadMetrics {

  private static final Logger LOG = Loggers.getLogger(DownloadMetrics.class);

  private final DownloadMetrics metrics;

  private GuardedMetrics(DownloadMetrics metrics) {
    this.metrics = metrics;
  }

  static DownloadMetrics of(DownloadMetrics metrics) {
    return metrics == NoMetrics.INSTANCE ? metrics : new GuardedMetrics(metrics);
  }

  @Override
  public Disposable observe(Gauges engine) {
    Disposable observed = get(() -> metrics.observe(engine), Disposables.disposed());
    return () -> run(observed::dispose);
  }

  @Override
  public Recording downloadStarted(DownloadRequest request, Context subscriber) {
    Recording recording =
        get(() -> metrics.downloadStarted(request, subscriber), NoMetrics.INSTANCE);
    return new Recording() {
      @Override
      public Context context(Context known) {
        return get(() -> recording.context(known), known);
      }

      @Override
      public void ended(@Nullable DownloadException failure) {
        run(() -> recording.ended(failure));
      }
    };
  }

  @Override
  public void connectionTaken(String origin) {
    run(() -> metrics.connectionTaken(origin));
  }

  @Override
  public void connectionReleased(String origin) {
    run(() -> metrics.connectionReleased(origin));
  }

  @Override
  public void answered(Duration wait) {
    run(() -> metrics.answered(wait));
  }

  @Override
  public void segmentCompleted(Duration time) {
    run(() -> metrics.segmentCompleted(time));
  }

  @Override
  public void retrying(DownloadException why) {
    run(() -> metrics.retrying(why));
  }

  private static void run(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException | Error e) {
      LOG.warn("a recorder of metrics failed", e);
    }
  }

  private static <T> T get(Supplier<? extends T> event, T otherwise) {
    try {
      return Objects.requireNonNull(event.get(), "what the recorder returned");
    } catch (RuntimeException | Error e) {
      LOG.warn("a recorder of metrics failed", e);
      return otherwise;
    }
  }
}
