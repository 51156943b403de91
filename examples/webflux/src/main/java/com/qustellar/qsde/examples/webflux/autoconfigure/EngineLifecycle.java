package com.qustellar.qsde.examples.webflux.autoconfigure;

import com.qustellar.qsde.reactor.DownloadEngine;
import java.time.Duration;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;

/** Closes the engine with the context, while everything that uses it is still there. */
public final class EngineLifecycle implements SmartLifecycle, DisposableBean {

  /** The web server starts and stops, gracefully if so asked, in higher phases than this one. */
  public static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

  private final DownloadEngine engine;
  private final Duration grace;
  private volatile boolean running;

  EngineLifecycle(DownloadEngine engine, Duration grace) {
    this.engine = engine;
    this.grace = grace;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    stop(() -> {});
  }

  @Override
  public void stop(Runnable callback) {
    engine
        .closeLater(grace)
        .doFinally(
            signal -> {
              running = false;
              callback.run();
            })
        .subscribe();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }

  /** Of use where the context did not come to start: closing is done once, however often asked. */
  @Override
  public void destroy() {
    engine.close();
  }
}
