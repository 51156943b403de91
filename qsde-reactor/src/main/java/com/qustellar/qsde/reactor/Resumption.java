package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.internal.journal.Claim;
import com.qustellar.qsde.internal.journal.JournalHeader;
import com.qustellar.qsde.internal.journal.JournalHeader.Agreement;
import com.qustellar.qsde.internal.journal.ResumeJournal;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.RangeSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * What a download has of an earlier run, and leaves for a later one: decided once, by the first
 * answer. Everything here may block.
 */
final class Resumption {

  private final DownloadRequest request;
  private final Path target;
  private final Representation answered;
  private final boolean journaled;
  private @Nullable ResumeJournal journal;
  private List<Claim> claims = List.of();
  private Agreement agreement = Agreement.PROVEN;
  private boolean outdated;

  /**
   * Decides whether there is anything to resume from, now or later.
   *
   * @param longest the bytes of a first segment; a file that has no more keeps no journal
   */
  Resumption(DownloadRequest request, Path target, Representation answered, long longest) {
    this.request = request;
    this.target = target;
    this.answered = answered;
    // Without a proof that a later answer is of the same version nothing could be made of it.
    this.journaled =
        request.resume()
            && answered.ranged()
            && answered.total().orElse(0) > longest
            && (answered.validator().isStrong() || request.checksum() != null);
  }

  /**
   * Returns where the first byte is missing that an earlier run has not left, as its journal says:
   * a guess of where to begin, no more.
   */
  static ByteRange firstGap(Path target, long longest) {
    Optional<ResumeJournal> journal = JournalFile.read(target);
    if (journal.isEmpty()) {
      return new ByteRange(0, longest);
    }
    ByteRange file = new ByteRange(0, journal.get().header().total());
    RangeSet claimed = new RangeSet();
    journal.get().claims().forEach(claim -> claimed.add(claim.range()));
    List<ByteRange> gaps = claimed.gaps(file);
    if (gaps.isEmpty()) {
      // All is there; one byte is asked for to hear whether the file is still the same.
      long last = Math.max(0, file.endExclusive() - 1);
      return new ByteRange(last, last + 1);
    }
    long start = gaps.get(0).start();
    // A journal may claim a total up to the largest long: behind that there is nothing to add to.
    return new ByteRange(start, start + Math.min(gaps.get(0).length(), longest));
  }

  /** Returns whether an abandoned part file of this length is gone on with. */
  boolean isUsable(long length) {
    ResumeJournal found = JournalFile.read(target).orElse(null);
    if (found == null || !request.resume()) {
      return false;
    }
    agreement =
        found
            .header()
            .agreement(
                answered.uri(), answered.validator(), answered.total(), request.checksum() != null);
    if (!journaled || agreement == Agreement.NONE) {
      outdated = true;
      return false;
    }
    journal = found;
    claims =
        found.claims().stream().filter(claim -> claim.range().endExclusive() <= length).toList();
    return true;
  }

  /** Opens the journal that goes with the part file; null where there is to be none. */
  @Nullable JournalFile openJournal(IoPool io, Scheduler scheduler) throws IOException {
    ResumeJournal found = journal;
    if (found != null) {
      try {
        return JournalFile.goOn(target, found, io, scheduler);
      } catch (IOException e) {
        // Nobody would go on with it, nor delete it at the end.
        JournalFile.delete(target);
        throw e;
      }
    }
    if (!journaled) {
      JournalFile.delete(target);
      return null;
    }
    JournalHeader header =
        JournalHeader.of(
            salt(),
            request.uri(),
            answered.uri(),
            answered.validator(),
            answered.total().orElseThrow());
    if (!request.mirrors().isEmpty() && request.checksum() == null) {
      // Several places may have brought it: that it was one's own version proves nothing.
      header = header.ofNoPlace();
    }
    return JournalFile.begin(target, header, io, scheduler);
  }

  private static String salt() {
    byte[] salt = new byte[16];
    ThreadLocalRandom.current().nextBytes(salt);
    return HexFormat.of().formatHex(salt);
  }

  /** Returns what is claimed outside of the range, which is fetched anyway. */
  List<Claim> claimsOutside(ByteRange range) {
    return claims.stream().filter(claim -> claim.range().intersect(range).isEmpty()).toList();
  }

  /** Returns whether every byte of the range is claimed. */
  boolean claims(ByteRange range) {
    RangeSet claimed = new RangeSet();
    claims.forEach(claim -> claimed.add(claim.range()));
    return claimed.contains(range);
  }

  /** Returns whether nothing but the length and equal names of versions speak for the claims. */
  boolean isUnproven() {
    return agreement == Agreement.UNPROVEN;
  }

  /** Returns whether there was something, but of another version as far as anybody can tell. */
  boolean isOutdated() {
    return outdated;
  }
}
