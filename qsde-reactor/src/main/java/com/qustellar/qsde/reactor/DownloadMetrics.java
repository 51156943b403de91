package com.qustellar.qsde.reactor;

/** A recorder of what an engine does. Its events are not defined yet. */
public interface DownloadMetrics {}
