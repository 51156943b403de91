package com.qustellar.qsde.examples.launcher;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.reactor.Download;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A file of the update, as the window shows it. Used on the event thread. */
final class UpdateFile {

  private final String name;
  private final long size;
  private final DownloadRequest request;
  private @Nullable Download download;
  private @Nullable Progress latest;

  UpdateFile(String name, long size, DownloadRequest request) {
    this.name = name;
    this.size = size;
    this.request = request;
  }

  String name() {
    return name;
  }

  long size() {
    return size;
  }

  DownloadRequest request() {
    return request;
  }

  /** Returns the folder that the file belongs into. */
  Path folder() {
    Path target = Objects.requireNonNull(request.target());
    return Objects.requireNonNull(target.getParent());
  }

  void started(Download started) {
    download = started;
    look();
  }

  /** Looks at how far the download is now. */
  void look() {
    if (download != null) {
      latest = download.latest();
    }
  }

  /** Returns the download, null before it is started. */
  @Nullable Download download() {
    return download;
  }

  DownloadState state() {
    return latest == null ? DownloadState.QUEUED : latest.state();
  }

  boolean hasEnded() {
    return state().isTerminal();
  }

  boolean isDone() {
    return state() == DownloadState.COMPLETED;
  }

  /** Returns the bytes that are there. */
  long received() {
    if (isDone()) {
      return size;
    }
    return latest == null ? 0 : Math.min(size, latest.bytesReceived());
  }

  /** Returns why it failed or has to try again, null while all is well. */
  @Nullable String problem() {
    return switch (state()) {
      case FAILED, WAITING -> latest == null ? null : latest.lastError();
      default -> null;
    };
  }

  /** Returns where it stands, in words. */
  String status() {
    return switch (state()) {
      case QUEUED -> "Waiting";
      case CONNECTING -> "Connecting";
      case DOWNLOADING -> Words.part(received(), size);
      case WAITING -> "Trying again soon";
      case PAUSED -> "Paused";
      case VERIFYING -> "Checking";
      case COMPLETED -> Words.size(size);
      case FAILED -> "Failed";
      case CANCELLED -> "Cancelled";
      default -> "";
    };
  }

  /** Returns all that there is to say, for a screen reader and the clipboard. */
  @Override
  public String toString() {
    String problem = problem();
    String done = isDone() ? ", done" : "";
    return name + ", " + status() + done + (problem == null ? "" : ": " + problem);
  }
}
