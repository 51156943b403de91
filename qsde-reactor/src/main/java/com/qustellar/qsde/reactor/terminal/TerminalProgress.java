package com.qustellar.qsde.reactor.terminal;

import com.qustellar.qsde.reactor.DownloadEngine;
import java.io.IOError;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jline.terminal.Terminal;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Shows on a terminal what an engine does, until it is disposed.
 *
 * <p>The last lines of the terminal are a line for each download that runs (its name, bar, percent,
 * size, speed, time left, connections and retries) and a line of totals. What has ended becomes a
 * plain line above them. Nothing is asked of the program: the engine's counters are looked at, up
 * to 60 times a second, numbers change four times a second, and only what differs is written.
 *
 * <p>The terminal is taken over when a download has run for 200 ms, and given back as it was when
 * none is left, at the end, when the process ends, by Ctrl-C as well, and while Ctrl-Z has stopped
 * it. Meanwhile the cursor is hidden, what is typed is not echoed, and the program writes through
 * {@link #println}, as anything else would be drawn over.
 *
 * <p>The terminal is that of standard error and standard input. Where there is none, or JLine
 * ({@code org.jline:jline}, an optional dependency) is not there, a plain line comes every five
 * seconds; and so it does while a shell has the program in the background, as far as the system
 * tells that in {@code /proc}. Colors are left out where the environment has {@code NO_COLOR}.
 *
 * <p>Safe for use from any thread. Its one thread is a daemon.
 */
public final class TerminalProgress implements Disposable {

  private static final Duration FRAME = Duration.ofNanos(1_000_000_000 / 60);
  private static final Duration REST = Duration.ofMillis(100);
  private static final Duration FIRST_FRAME = Duration.ofMillis(200);
  private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);

  private final Lines lines;
  private final boolean tellsEnds;
  private final boolean own;
  private final Watch watch;
  private final DownloadEngine engine;
  private final Disposable.Swap outcomes = Disposables.swap();
  private final Scheduler scheduler = Schedulers.newSingle("qsde-terminal", true);
  private final Thread hook = new Thread(this::end, "qsde-terminal-end");

  private volatile boolean disposed;

  // Guarded by drawing. The lines' lock may be taken meanwhile, never the other way round.
  private final Object drawing = new Object();
  private @Nullable Supplier<@Nullable Screen> terminal;
  private @Nullable Job job;
  private long busySince;
  private boolean busy;
  private long nextPlain;
  private int shown;

  private TerminalProgress(DownloadEngine engine, Builder settings) {
    this.engine = engine;
    this.lines = new Lines(settings.lines);
    this.tellsEnds = settings.tellsEnds;
    this.terminal = settings.terminal;
    this.own = settings.own;
    this.watch = new Watch(engine);
  }

  /**
   * Shows what the engine does from now on, with everything at its default.
   *
   * @param engine the engine; closing it does not dispose the view
   * @return the view, to be disposed by the caller
   */
  public static TerminalProgress attach(DownloadEngine engine) {
    return builder().attach(engine);
  }

  /**
   * Returns a builder with every setting at its default.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  private void start() {
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending: there is nothing to come back from.
    }
    next(REST);
    if (tellsEnds) {
      outcomes.update(engine.outcomes().subscribe(ended -> println(EndLine.of(ended))));
    }
  }

  private void next(Duration pause) {
    try {
      scheduler.schedule(this::tick, pause.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // Disposed.
    }
  }

  private void tick() {
    synchronized (drawing) {
      if (isDisposed()) {
        return;
      }
      watch.look(System.nanoTime(), lines.screen() == null ? 0 : shown);
      try {
        show(System.nanoTime());
      } catch (IllegalStateException | IOError e) {
        lose(); // the terminal was closed, or is there no more
      }
      next(lines.screen() == null ? REST : FRAME);
    }
  }

  private void show(long now) {
    if (watch.isIdle()) {
      busy = false;
      release();
      return;
    }
    if (!busy) {
      busy = true;
      busySince = now;
      nextPlain = now + PLAIN_INTERVAL.toNanos();
    }
    boolean elsewhere = false;
    if (lines.screen() == null && terminal != null && now - busySince >= FIRST_FRAME.toNanos()) {
      elsewhere = own && Job.isInBackground();
      if (!elsewhere) {
        open(terminal);
      }
    }
    Screen current = lines.screen();
    if (current != null) {
      shown = current.draw(lines.take(), watch.rows(), watch.totals());
    } else if ((terminal == null || elsewhere) && now - nextPlain >= 0) {
      nextPlain = now + PLAIN_INTERVAL.toNanos();
      println(watch.totals().line());
    }
  }

  private void open(Supplier<@Nullable Screen> supplier) {
    Screen opened;
    try {
      opened = supplier.get();
    } catch (LinkageError e) {
      opened = null; // JLine is not there
    }
    if (opened == null) {
      terminal = null;
    } else if (own) {
      job = Job.onStop(this::stop);
    }
    lines.above(opened);
  }

  /** Gives the terminal back before the process is stopped; the next tick after that takes it. */
  private void stop() {
    synchronized (drawing) {
      release();
      Job.stop();
    }
  }

  /** Gives the terminal back; lines go straight to it from then on. */
  private void release() {
    leaveJob();
    lines.release();
  }

  private void leaveJob() {
    if (job != null) {
      job.leave();
      job = null;
    }
  }

  private void lose() {
    leaveJob();
    terminal = null;
    lines.lose();
  }

  /**
   * Prints a line above what is drawn, or as it is where nothing is drawn. Control, escape and bidi
   * characters are left out. Returns at once; the line is there within a sixtieth of a second, and
   * at the latest when {@link #dispose} returns.
   *
   * @param line the line, without a line break; broken where it is wider than the terminal
   */
  public void println(String line) {
    lines.println(line);
  }

  /**
   * Removes what is drawn and gives the terminal back as it was. The engine goes on. What the
   * program prints after this call stands where the view was.
   */
  @Override
  public void dispose() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook runs by itself.
    }
    end();
  }

  private void end() {
    outcomes.dispose();
    synchronized (drawing) {
      if (isDisposed()) {
        return;
      }
      release();
      disposed = true;
    }
    scheduler.dispose();
  }

  @Override
  public boolean isDisposed() {
    return disposed;
  }

  /** Configures a view. Not safe for use by several threads at once. */
  public static final class Builder {

    private PrintStream lines = System.err;
    private boolean tellsEnds = true;
    private @Nullable Supplier<@Nullable Screen> terminal = Screen::ofSystem;
    private boolean own = true;

    private Builder() {}

    /**
     * Sets where lines go while nothing is drawn.
     *
     * @param stream the stream; {@link System#err} by default
     * @return this builder
     */
    public Builder lines(PrintStream stream) {
      lines = stream;
      return this;
    }

    /**
     * Draws on a terminal that the program has opened. It is never closed.
     *
     * @param opened the terminal; that of the process by default
     * @return this builder
     */
    public Builder terminal(Terminal opened) {
      terminal = () -> Screen.of(opened);
      own = false;
      return this;
    }

    /**
     * Takes no terminal: there is a plain line every five seconds.
     *
     * @return this builder
     */
    public Builder plain() {
      terminal = null;
      return this;
    }

    /**
     * Leaves it to the program to tell what has ended, with {@link TerminalProgress#println}. By
     * default the view does, for every download.
     *
     * @return this builder
     */
    public Builder withoutEnds() {
      tellsEnds = false;
      return this;
    }

    /**
     * Shows what the engine does from now on.
     *
     * @param engine the engine; closing it does not dispose the view
     * @return the view, to be disposed by the caller
     */
    public TerminalProgress attach(DownloadEngine engine) {
      TerminalProgress progress = new TerminalProgress(engine, this);
      progress.start();
      return progress;
    }
  }
}
