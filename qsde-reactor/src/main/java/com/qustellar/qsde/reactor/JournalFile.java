package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.http.FileNames;
import com.qustellar.qsde.internal.journal.Claim;
import com.qustellar.qsde.internal.journal.Claims;
import com.qustellar.qsde.internal.journal.JournalHeader;
import com.qustellar.qsde.internal.journal.ResumeJournal;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * The journal beside a part file: gathers what completed writes have put there, and appends it once
 * a second and at the end.
 *
 * <p>The lock of the part file is the journal's too. A journal that can't be appended to any more
 * ends there, and the download goes on: it only has less to resume from.
 *
 * <p>{@link #claim} may be called on any thread; the rest blocks.
 */
final class JournalFile {

  private static final long INTERVAL_MILLIS = 1000;

  /**
   * So many bytes of a journal make the interval a second longer: a slow download would else have
   * more records after a day or two than are read of a journal.
   */
  private static final int BYTES_A_SECOND = 512 << 10;

  private static final Set<OpenOption> EXISTING =
      Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

  private final ResumeJournal journal;
  private final SeekableByteChannel channel;
  private final IoPool io;
  private final Scheduler scheduler;

  // Guarded by itself.
  private final Claims pending = new Claims();
  private @Nullable Disposable timer;

  // Guarded by this; the file is written by one thread at a time.
  private boolean hasClaims;
  private boolean ended;

  private volatile int length;

  private JournalFile(
      ResumeJournal journal,
      SeekableByteChannel channel,
      int length,
      IoPool io,
      Scheduler scheduler) {
    this.journal = journal;
    this.channel = channel;
    this.length = length;
    this.io = io;
    this.scheduler = scheduler;
    this.hasClaims = !journal.claims().isEmpty();
  }

  /** Returns whether there is a journal of a target, of whatever use. */
  static boolean exists(Path target) {
    return Files.exists(of(target));
  }

  /** Returns where the journal of a target stands. */
  static Path of(Path target) {
    return target.resolveSibling(FileNames.journal(target.getFileName().toString()));
  }

  /** Returns the journal of a target; empty where there is none that can be used. Blocks. */
  static Optional<ResumeJournal> read(Path target) {
    return SideFile.read(of(target), ResumeJournal.LONGEST).flatMap(ResumeJournal::read);
  }

  /**
   * Tells a journal from all others, and from itself once anybody has gone on with it.
   *
   * @param salt by chance, in each another
   * @param length it only grows
   */
  record Mark(String salt, int length) {}

  /** Returns the mark of this journal, once it is closed. */
  Mark mark() {
    return new Mark(journal.header().salt(), length);
  }

  /** Returns the mark of the journal of a target; empty where there is none that can be used. */
  static Optional<Mark> mark(Path target) {
    return read(target).map(found -> new Mark(found.header().salt(), found.length()));
  }

  /** Begins a journal in the place of any that is there. Blocks. */
  static JournalFile begin(Path target, JournalHeader header, IoPool io, Scheduler scheduler)
      throws IOException {
    ResumeJournal journal = ResumeJournal.begin(header);
    byte[] head = journal.head();
    return new JournalFile(journal, SideFile.create(of(target), head), head.length, io, scheduler);
  }

  /** Goes on behind what was read of a journal. Blocks. */
  static JournalFile goOn(Path target, ResumeJournal journal, IoPool io, Scheduler scheduler)
      throws IOException {
    SeekableByteChannel channel = Files.newByteChannel(of(target), EXISTING);
    try {
      channel.truncate(journal.length());
      channel.position(journal.length());
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
    JournalFile file = new JournalFile(journal, channel, journal.length(), io, scheduler);
    // It says nothing new, but whoever has left the journal sees that it is another's now.
    journal.claims().stream().findFirst().ifPresent(file::claim);
    return file;
  }

  /** A write has put the bytes into the part file. */
  void claim(Claim claim) {
    synchronized (pending) {
      pending.add(claim);
      if (timer == null) {
        timer = later();
      }
    }
  }

  private @Nullable Disposable later() {
    try {
      long interval = INTERVAL_MILLIS + 1000L * length / BYTES_A_SECOND;
      return scheduler.schedule(() -> io.execute(this::append), interval, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The caller's scheduler has ended before the engine: what is pending is appended at the end.
      return null;
    }
  }

  private synchronized void append() {
    List<Claim> claims;
    synchronized (pending) {
      timer = null;
      claims = pending.drain();
    }
    if (ended || claims.isEmpty()) {
      return;
    }
    byte[] records = journal.records(claims);
    if (records.length > ResumeJournal.LONGEST - length) {
      // What is longer is not read at all: what it claims by now is worth more.
      ended = true;
      return;
    }
    try {
      SideFile.writeAll(channel, records);
      length += records.length;
      hasClaims = true;
    } catch (IOException e) {
      // Nothing may follow what is torn now.
      ended = true;
      cut();
    }
  }

  /** Before what is torn some records may stand whole, which a reader would count. */
  private void cut() {
    try {
      channel.truncate(length);
    } catch (IOException e) {
      // A reader cuts what is torn as well; only a discard leaves the files then.
      return;
    }
  }

  /**
   * Appends what is left and closes the file.
   *
   * @return whether the part file holds something to resume from
   */
  synchronized boolean close() {
    synchronized (pending) {
      if (timer != null) {
        timer.dispose();
      }
    }
    append();
    ended = true;
    try {
      channel.close();
    } catch (IOException e) {
      // What it holds is checked when it is read.
      return hasClaims;
    }
    return hasClaims;
  }

  /** Deletes the journal of a target, if there is one. Blocks. */
  static void delete(Path target) throws IOException {
    Files.deleteIfExists(of(target));
  }
}
