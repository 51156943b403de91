package com.qustellar.qsde.examples.cli;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A download that has not ended, as it was when it was looked at. */
record Running(DownloadRequest request, Progress progress) {

  boolean started() {
    return progress.state() != DownloadState.QUEUED;
  }

  /** Returns the file that is to be, or the directory for it while its name is not known. */
  @Nullable Path file() {
    Path target = request.target();
    String name = progress.fileName();
    return target != null && name != null && Files.isDirectory(target)
        ? target.resolve(name)
        : target;
  }

  /** Returns what the download is called on a screen. */
  String name() {
    String name = progress.fileName();
    return Printable.of(name == null ? request.uri().getHost() : name);
  }
}
