package com.qustellar.qsde.examples.launcher;

import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import java.util.List;
import java.util.function.Consumer;
import javax.swing.SwingUtilities;

/**
 * Downloads the files and tells when something has changed. Used on the event thread: what the
 * engine calls back comes on threads of its own, and goes there before it touches anything.
 */
final class Update {

  /** Where the whole stands. */
  enum Phase {
    RUNNING,
    PAUSED,
    /** Nothing runs, and something has failed or was cancelled. */
    STOPPED,
    DONE
  }

  private final DownloadEngine engine;
  private final List<UpdateFile> files;
  private Runnable changed = () -> {};
  private boolean paused;
  private long bytesPerSecond;

  Update(DownloadEngine engine, List<UpdateFile> files) {
    this.engine = engine;
    this.files = files;
  }

  List<UpdateFile> files() {
    return files;
  }

  /** Starts all downloads; the engine runs as many at once as its limits allow. */
  void start(Runnable listener) {
    changed = listener;
    files.forEach(this::start);
    // One callback for all files: thousands of them are as quiet as one.
    engine
        .progress()
        .subscribe(now -> SwingUtilities.invokeLater(() -> look(now.bytesPerSecond())));
  }

  private void start(UpdateFile file) {
    Download download = engine.submit(file.request());
    file.started(download);
    download
        .result()
        .subscribe(
            result -> SwingUtilities.invokeLater(this::look),
            error -> SwingUtilities.invokeLater(this::look));
  }

  /** Frees the connections; what has come stays. */
  void pause() {
    paused = true;
    forEachRunning(Download::pause);
  }

  void resume() {
    paused = false;
    forEachRunning(Download::resume);
  }

  /** Ends what runs; a later try goes on where it was. */
  void cancel() {
    paused = false;
    forEachRunning(Download::dispose);
  }

  /** Tries those again that have failed or were cancelled. */
  void retry() {
    List<UpdateFile> again =
        files.stream().filter(file -> file.hasEnded() && !file.isDone()).toList();
    resume();
    again.forEach(this::start);
    changed.run();
  }

  private void forEachRunning(Consumer<Download> action) {
    for (UpdateFile file : files) {
      Download download = file.download();
      if (download != null && !file.hasEnded()) {
        action.accept(download);
      }
    }
    look();
  }

  private void look(long speed) {
    bytesPerSecond = speed;
    look();
  }

  private void look() {
    files.stream().filter(file -> !file.hasEnded()).forEach(UpdateFile::look);
    changed.run();
  }

  Phase phase() {
    if (!files.stream().allMatch(UpdateFile::hasEnded)) {
      return paused ? Phase.PAUSED : Phase.RUNNING;
    }
    return files.stream().allMatch(UpdateFile::isDone) ? Phase.DONE : Phase.STOPPED;
  }

  long count(DownloadState state) {
    return files.stream().filter(file -> file.state() == state).count();
  }

  long received() {
    return files.stream().mapToLong(UpdateFile::received).sum();
  }

  long total() {
    return files.stream().mapToLong(UpdateFile::size).sum();
  }

  long bytesPerSecond() {
    return bytesPerSecond;
  }
}
