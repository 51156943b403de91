package com.qustellar.qsde.examples.benchmarks;

import java.io.IOException;

/** Somebody who downloads and is measured. */
interface Entrant extends AutoCloseable {

  /** How an entrant is started, which decides whom it is compared with. */
  enum Kind {
    /** A library in a JVM that has done such downloads before. */
    WARM,
    /** A library in a JVM started for this one download. */
    FRESH,
    /** A command, started for this one download. */
    COMMAND
  }

  String title();

  Kind kind();

  /** Returns over how many connections it can fetch one file. */
  int maxConnections();

  /** Returns whether it can check a SHA-256 here. */
  boolean checksSha256();

  Sample download(Job job) throws IOException, InterruptedException;

  /** Ends what it keeps running. */
  @Override
  default void close() {}
}
