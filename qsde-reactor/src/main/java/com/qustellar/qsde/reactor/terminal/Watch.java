package com.qustellar.qsde.reactor.terminal;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.internal.http.FileNames;
import com.qustellar.qsde.internal.progress.Figures;
import com.qustellar.qsde.internal.progress.SpeedMeter;
import com.qustellar.qsde.reactor.Download;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.EngineProgress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks at an engine's downloads and gives each that runs a row, which it keeps until it ends.
 *
 * <p>The row of one that has ended goes to the next that starts, so that the others stay where they
 * are; it closes up only when none has come until the numbers are renewed. Not safe for use by
 * several threads at once.
 */
final class Watch {

  /** How long numbers stand still: they change four times a second. */
  static final Duration NUMBERS = Duration.ofMillis(250);

  /**
   * How long bars stand still, for each of them: a few move with every frame, twenty move twenty
   * times a second, as each step of each is written.
   */
  private static final long BAR_NANOS = 2_500_000;

  /** The steps of the longest bar, eight a column. */
  private static final int BAR_STEPS = 8 * Layout.LONGEST_BAR;

  /** With more downloads than these, starts and ends are looked for with the numbers only. */
  private static final int FEW = 200;

  private final DownloadEngine engine;
  private final EngineProgress start;
  private final List<Slot> slots = new ArrayList<>();
  private Set<Download> unfinished = Set.of();
  private Totals totals = Totals.NONE;
  private @Nullable List<Row> rows;
  private long numbersAt;
  private long barsAt;
  private boolean looked;

  private static final class Slot {
    private final Download download;
    private final boolean free;
    private Progress numbers;
    private Progress newest;

    Slot(Download download, Progress progress, boolean free) {
      this.download = download;
      this.numbers = progress;
      this.newest = progress;
      this.free = free;
    }

    /** Takes a new snapshot where it shows: with the numbers, or when the bar moves by a step. */
    boolean look(boolean always) {
      Progress now = download.latest();
      if (always || now.state() != newest.state() || step(now) != step(newest)) {
        newest = now;
        return true;
      }
      return false;
    }

    private static int step(Progress progress) {
      return (int) (BAR_STEPS * Figures.part(progress.bytesReceived(), progress.totalBytes()));
    }

    String name() {
      return Watch.name(download.request(), newest.fileName());
    }

    Slot freed() {
      Slot freed = new Slot(download, numbers, true);
      freed.newest = download.latest();
      return freed;
    }
  }

  Watch(DownloadEngine engine) {
    this.engine = engine;
    EngineProgress now = progress();
    this.start = now == null ? new EngineProgress(0, 0, 0, 0, 0, 0, 0, 0) : now;
  }

  /**
   * Looks at the engine; the counters of the first rows only, but for when the numbers are due.
   *
   * @param nanoTime the time, in nanoseconds from anywhere
   * @param shown how many rows are shown
   */
  void look(long nanoTime, int shown) {
    boolean numbers = !looked || nanoTime - numbersAt >= NUMBERS.toNanos();
    if (numbers || unfinished.size() <= FEW) {
      List<Download> downloads = engine.downloads();
      boolean same = downloads.size() == unfinished.size() && unfinished.containsAll(downloads);
      if (numbers || !same) {
        compare(downloads);
        rows = null;
      }
    }
    int bars = Math.min(shown, slots.size());
    boolean move = nanoTime - barsAt >= bars * BAR_NANOS;
    if (move) {
      barsAt = nanoTime;
    }
    for (int i = 0; i < (numbers ? slots.size() : move ? bars : 0); i++) {
      Slot slot = slots.get(i);
      if (!slot.free && slot.look(numbers)) {
        rows = null;
      }
    }
    if (numbers) {
      numbersAt = nanoTime;
      looked = true;
      slots.removeIf(slot -> slot.free);
      slots.forEach(slot -> slot.numbers = slot.newest);
      addUp();
    }
  }

  /** Finds out which downloads have begun, and which are there no more. */
  private void compare(Collection<Download> downloads) {
    Set<Download> now = new HashSet<>(downloads);
    slots.replaceAll(slot -> slot.free || now.contains(slot.download) ? slot : slot.freed());
    Set<Download> known = new HashSet<>();
    slots.forEach(slot -> known.add(slot.download));
    now.stream()
        .filter(download -> !known.contains(download))
        .map(download -> new Slot(download, download.latest(), false))
        .filter(slot -> slot.newest.state() != DownloadState.QUEUED)
        .filter(slot -> !slot.newest.state().isTerminal())
        .sorted(Comparator.comparing(slot -> slot.name()))
        .forEach(this::place);
    unfinished = now;
  }

  private void place(Slot slot) {
    for (int i = 0; i < slots.size(); i++) {
      if (slots.get(i).free) {
        slots.set(i, slot);
        return;
      }
    }
    slots.add(slot);
  }

  private void addUp() {
    EngineProgress now = progress();
    if (now == null) {
      return; // closed
    }
    int connections = 0;
    long left = 0;
    boolean known = now.queued() == 0 && now.paused() == 0;
    for (Slot slot : slots) {
      connections += slot.numbers.activeSegments();
      OptionalLong total = slot.numbers.totalBytes();
      known &= total.isPresent();
      left += Math.max(0, total.orElse(0) - slot.numbers.bytesReceived());
    }
    long speed = now.bytesPerSecond();
    totals =
        new Totals(
            now.completed() - start.completed(),
            now.failed() - start.failed(),
            now.cancelled() - start.cancelled(),
            now.active(),
            now.queued(),
            now.paused(),
            now.bytesReceived() - start.bytesReceived(),
            speed,
            connections,
            known && !slots.isEmpty() ? timeLeft(left, speed) : null);
  }

  /** Returns the time until the last byte, as for a single download; null where nothing moves. */
  static @Nullable Duration timeLeft(long left, long speed) {
    return speed > 0 ? SpeedMeter.eta(0, OptionalLong.of(left), speed) : null;
  }

  /** Returns what the engine does, which it tells at once; null when it is closed. */
  private @Nullable EngineProgress progress() {
    List<EngineProgress> now = new ArrayList<>(1);
    engine.progress().next().subscribe(now::add);
    return now.isEmpty() ? null : now.get(0);
  }

  /** Returns whether nothing runs, waits or is paused. */
  boolean isIdle() {
    return unfinished.isEmpty();
  }

  List<Row> rows() {
    List<Row> current = rows;
    if (current == null) {
      current =
          slots.stream().map(slot -> new Row(slot.name(), slot.numbers, slot.newest)).toList();
      rows = current;
    }
    return current;
  }

  Totals totals() {
    return totals;
  }

  /**
   * Returns what a download is called on a screen: its file, or the name that its URI has. The
   * working directory is a target without a name.
   *
   * @param known the name that the file has got, if it has one
   */
  static String name(DownloadRequest request, @Nullable String known) {
    Path target = request.target();
    Path last = target == null ? null : target.getFileName();
    String name = known != null ? known : last == null ? "" : last.toString();
    return name.isEmpty() ? FileNames.fromUri(request.uri()) : name;
  }
}
