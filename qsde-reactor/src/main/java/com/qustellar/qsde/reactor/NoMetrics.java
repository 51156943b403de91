package com.qustellar.qsde.reactor;

/** Records nothing. */
final class NoMetrics implements DownloadMetrics, DownloadMetrics.Recording {

  static final NoMetrics INSTANCE = new NoMetrics();

  private NoMetrics() {}
}
