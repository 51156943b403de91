package com.qustellar.qsde.examples.cluster.job;

import static com.qustellar.qsde.Limits.AUTO;
import static com.qustellar.qsde.Limits.UNLIMITED;

import com.qustellar.qsde.DownloadRequest;

/**
 * How far the download of a request may go, whatever its worker would allow.
 *
 * @param connections the most that it uses, {@code AUTO} to leave it to the worker
 * @param maxBytes the most that its file may have, or {@code UNLIMITED}
 * @param bytesPerSecond its speed, or {@code UNLIMITED}
 */
public record Bounds(int connections, long maxBytes, long bytesPerSecond) {

  /** No bound but the worker's own. */
  public static final Bounds NONE = new Bounds(AUTO, UNLIMITED, UNLIMITED);

  /** Checks them. */
  public Bounds {
    if (connections < AUTO || maxBytes < 1 || bytesPerSecond < 1) {
      throw new IllegalArgumentException("connections must be 0 at least, the others 1");
    }
  }

  /**
   * {@return what a request of the engine's sets}
   *
   * @param request the request
   */
  public static Bounds of(DownloadRequest request) {
    return new Bounds(request.connections(), request.maxBytes(), request.bytesPerSecond());
  }

  DownloadRequest applyTo(DownloadRequest request) {
    return request
        .withConnections(connections)
        .withMaxBytes(maxBytes)
        .withBytesPerSecond(bytesPerSecond);
  }
}
