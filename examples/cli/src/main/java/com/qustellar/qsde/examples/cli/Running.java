package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.internal.http.HttpUris;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A download that has not ended, as it was when it was looked at. */
record Running(DownloadRequest request, Progress progress) {

  boolean started() {
    return progress.state() != DownloadState.QUEUED;
  }

  /** Returns the file that is to be, null while its name is not known. */
  @Nullable Path file() {
    Path target = request.target();
    if (target == null || !Files.isDirectory(target)) {
      return target;
    }
    String name = progress.fileName();
    // Until the server has named the file a download is called by its directory's name.
    return name == null || name.equals(String.valueOf(target.getFileName()))
        ? null
        : target.resolve(name);
  }

  /** Returns what the download is called on a screen. */
  String name() {
    String name = progress.fileName();
    return Printable.of(name == null || file() == null ? HttpUris.redact(request.uri()) : name);
  }
}
