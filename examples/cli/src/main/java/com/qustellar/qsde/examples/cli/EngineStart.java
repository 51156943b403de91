package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.reactor.DownloadEngine;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.Slf4JLoggerFactory;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** An engine that is made while the command line is read: on two cores that is a quicker start. */
final class EngineStart implements AutoCloseable {

  private final FutureTask<DownloadEngine> engine =
      new FutureTask<>(() -> make(DownloadEngine.builder()));

  /** Begins to make the engine where the command line is one that needs it. */
  EngineStart(String... args) {
    if (args.length > 0 && args[0].equals(GetCommand.NAME)) {
      Thread thread = new Thread(engine, "qsde-start");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /**
   * Makes an engine that leaves the screen alone: Netty takes SLF4J's silence for its absence, and
   * would warn there.
   */
  static DownloadEngine make(DownloadEngine.Builder builder) {
    InternalLoggerFactory.setDefaultFactory(Slf4JLoggerFactory.INSTANCE);
    return builder.build();
  }

  /** Returns the engine, with the default settings. */
  DownloadEngine await() {
    engine.run(); // nothing, where the thread has begun
    try {
      return engine.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Closes the engine, if there is one. */
  @Override
  public void close() {
    if (!engine.cancel(false)) {
      await().close();
    }
  }
}
