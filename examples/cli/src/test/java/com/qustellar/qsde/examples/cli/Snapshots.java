package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;

/** Downloads as they might be seen. */
final class Snapshots {

  private Snapshots() {}

  static Running running(String id, long received, OptionalLong total, long bytesPerSecond) {
    return running(id, DownloadState.DOWNLOADING, received, total, bytesPerSecond, null, 0, null);
  }

  static Running running(
      String id,
      DownloadState state,
      long received,
      OptionalLong total,
      long bytesPerSecond,
      Duration eta,
      int retries,
      String lastError) {
    DownloadRequest request =
        DownloadRequest.of("https://user:secret@host/" + id + "?sig=secret", Path.of(id + ".bin"))
            .withId(id);
    return new Running(
        request,
        new Progress(
            id,
            id + ".bin",
            state,
            received,
            total,
            bytesPerSecond,
            eta,
            3,
            4,
            9,
            retries,
            lastError));
  }
}
