package com.qustellar.qsde;

/** Where a download stands. */
public enum DownloadState {
  /** It waits for a free slot. */
  QUEUED,
  /** Its first request is under way. */
  CONNECTING,
  /** Bytes are arriving. */
  DOWNLOADING,
  /** It waits before the next attempt: a retry's backoff, or a server that asked for time. */
  WAITING,
  /** It was paused; it holds neither a slot nor a connection. */
  PAUSED,
  /** All bytes are there; the digest is being finished and the file put in its place. */
  VERIFYING,
  /** The file stands whole under its name, or the stream was read whole. */
  COMPLETED,
  /** It ended with an error. */
  FAILED,
  /** It was cancelled. */
  CANCELLED;

  /** {@return whether nothing follows this state: completed, failed or cancelled} */
  public boolean isTerminal() {
    return this == COMPLETED || this == FAILED || this == CANCELLED;
  }
}
