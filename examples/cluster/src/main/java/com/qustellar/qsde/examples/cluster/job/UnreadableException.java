package com.qustellar.qsde.examples.cluster.job;

import java.io.Serial;

/** A record can't be read; the message says why, in words for the one who wrote it. */
public final class UnreadableException extends Exception {

  @Serial private static final long serialVersionUID = 1;

  UnreadableException(String message) {
    super(message);
  }
}
