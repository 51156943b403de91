package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadRequest;

/** Refuses what this version does not carry out, rather than leave it unused. */
final class Supported {

  private Supported() {}

  static void check(DownloadRequest request) {
    if (request.source() != null) {
      throw new UnsupportedOperationException("a source is not available yet");
    }
  }
}
