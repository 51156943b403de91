package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.Cancelled;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.internal.http.Validator;
import com.qustellar.qsde.internal.journal.Claim;
import com.qustellar.qsde.internal.journal.JournalHeader;
import com.qustellar.qsde.internal.journal.ResumeJournal;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one run leaves, and what the next makes of it. */
@KeepsPartFiles
class ResumeTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 6 * SEGMENT + 100);

  /** Three claims of the journal: 4 MiB each at the most. */
  private static final Body LARGE = Body.random(2, 12 << 20);

  private final CountDownLatch never = new CountDownLatch(1);

  private Path part() {
    return dir.resolve("target.qsde-part");
  }

  private Path journal() {
    return dir.resolve("target.qsde-journal");
  }

  /** Downloads all but the last bytes, and cancels. */
  private void leave(DownloadRequest request, Body body) {
    AtomicBoolean leaving = new AtomicBoolean(true);
    AtomicBoolean stalled = new AtomicBoolean();
    int before = origin.requests().size();
    origin
        .on(request.uri().getPath())
        .where(asked -> leaving.get())
        .answer(
            (asked, reply) ->
                // Once only: others take over what such a one holds, but for a little.
                asked(asked).endExclusive() >= body.length() && stalled.compareAndSet(false, true)
                    ? reply.stallAfter(10, never)
                    : reply);
    Download download = engine.submit(request);
    await(
        () ->
            download.latest().totalSegments() > 1
                && download.latest().completedSegments() + 1 == download.latest().totalSegments());
    download.dispose();
    assertThat(download.result().materialize().block(LIMIT).getThrowable())
        .isInstanceOfSatisfying(Cancelled.class, e -> assertThat(e.resumable()).isTrue());
    leaving.set(false);
    assertThat(origin.requests()).hasSizeGreaterThan(before);
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
    sentBefore = bytesSent();
  }

  private long sentBefore;

  private long sentSince() {
    return bytesSent() - sentBefore;
  }

  private void assertDone(DownloadResult result, Body body) throws IOException {
    assertHolds(target(), body);
    assertThat(result.bytes()).isEqualTo(body.length());
    assertDirectoryHolds("target");
  }

  @Test
  void onlyWhatIsMissingIsFetched() throws IOException {
    origin.serve("/file", BODY);
    leave(request("/file"), BODY);
    DownloadResult result = get(request("/file"));
    assertDone(result, BODY);
    assertSent(sentBefore + BODY.length() - result.resumedBytes());
    assertThat(sentSince()).isLessThan(2 * SEGMENT);
    assertThat(result.notes()).isEmpty();
  }

  @Test
  void anotherEngineGoesOnAndTheDigestIsOfTheWhole() throws IOException {
    origin.serve("/file", LARGE);
    use(builder().limits(limits().withSegmentSize(1 << 20)));
    leave(request("/file"), LARGE);
    use(builder());
    DownloadResult result = get(request("/file").withChecksum("sha256:" + LARGE.sha256()));
    assertDone(result, LARGE);
    assertThat(result.resumedBytes()).isGreaterThan(10 << 20);
  }

  @Test
  void theJournalIsTheOwnersAlone() throws IOException {
    origin.serve("/file", BODY);
    leave(request("/file?token=secret"), BODY);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(journal())))
        .isEqualTo("rw-------");
    assertThat(Files.readString(journal())).doesNotContain("secret");
    get(request("/file?token=other"));
    assertHolds(target(), BODY);
  }

  @Test
  void aFlippedByteCostsItsRangeAlone() throws IOException {
    origin.serve("/file", LARGE);
    use(builder().limits(limits().withSegmentSize(1 << 20)));
    leave(request("/file"), LARGE);
    try (FileChannel file = FileChannel.open(part(), StandardOpenOption.WRITE)) {
      byte flipped = (byte) ~LARGE.slice(5 << 20, 1).bytes()[0];
      file.write(ByteBuffer.wrap(new byte[] {flipped}), 5 << 20);
    }
    long missing = LARGE.length() - claimed();
    DownloadResult result = get(request("/file"));
    assertDone(result, LARGE);
    assertSent(sentBefore + missing + (4 << 20));
    assertThat(result.resumedBytes()).isEqualTo(claimed - (4 << 20));
  }

  private long claimed;

  private long claimed() {
    claimed =
        JournalFile.read(target()).orElseThrow().claims().stream()
            .mapToLong(claim -> claim.range().length())
            .sum();
    return claimed;
  }

  /**
   * Cancelled again and again, at any byte: in the end the file is right, and little came twice.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void anyCancelsAnywhereEndInTheFile(long seed) throws IOException {
    Random random = new Random(seed);
    origin.serve("/file", BODY);
    origin.onEvery(
        (asked, reply) -> reply.inPiecesOf(1 + random.nextInt(20_000)).pacedAt(20_000_000));
    for (int i = 0; i < 20; i++) {
      DownloadRequest request = request("/file");
      if (random.nextBoolean()) {
        request = request.withChecksum("md5:" + BODY.digest("MD5"));
      }
      for (int runs = 0; ; runs++) {
        long at = runs > 8 ? Long.MAX_VALUE : random.nextLong(BODY.length() + 20_000);
        Download download = engine.submit(request);
        while (download.latest().bytesReceived() < at && !download.latest().state().isTerminal()) {
          Thread.onSpinWait();
        }
        download.dispose();
        Throwable ended = download.result().materialize().block(LIMIT).getThrowable();
        if (ended == null) {
          break;
        }
        assertThat(ended).isInstanceOf(Cancelled.class);
        assertThat(Files.exists(part())).isEqualTo(((Cancelled) ended).resumable());
        assertThat(Files.exists(journal())).isEqualTo(((Cancelled) ended).resumable());
        assertThat(target()).doesNotExist();
      }
      assertHolds(target(), BODY);
      assertDirectoryHolds("target");
      Files.delete(target());
    }
  }

  @Test
  void withoutAStrongValidatorItStartsOverUnlessADigestIsExpected() throws IOException {
    origin.serve("/file", Resource.of(BODY).withEtag("W/\"1\""));
    String digest = "sha256:" + BODY.sha256();
    leave(request("/file").withChecksum(digest), BODY);
    DownloadResult proven = get(request("/file").withChecksum(digest));
    assertDone(proven, BODY);
    assertThat(proven.resumedBytes()).isPositive();
    Files.delete(target());

    leave(request("/file").withChecksum(digest), BODY);
    DownloadResult anew = get(request("/file"));
    assertDone(anew, BODY);
    assertThat(anew.resumedBytes()).isZero();
    assertSent(sentBefore + BODY.length());
    assertThat(anew.notes()).containsExactly(Note.RESTARTED, Note.UNPROVEN);
  }

  @Test
  void whatHasNoProofIsNotKept() {
    origin.serve("/file", Resource.of(BODY).withoutValidators());
    origin.on("/file").request(2).answer(reply -> reply.stallAfter(10, never));
    Download download = engine.submit(request("/file"));
    origin.await(() -> origin.requests().size() >= 2);
    download.dispose();
    assertThat(download.result().materialize().block(LIMIT).getThrowable())
        .isInstanceOfSatisfying(Cancelled.class, e -> assertThat(e.resumable()).isFalse());
    assertDirectoryHolds();
  }

  @Test
  void aFileThatHasChangedStartsOver() throws IOException {
    origin.serve("/file", BODY);
    leave(request("/file"), BODY);
    Body other = Body.random(3, BODY.length());
    origin.serve("/file", other);
    DownloadResult result = get(request("/file"));
    assertDone(result, other);
    assertThat(result.resumedBytes()).isZero();
    assertThat(result.notes()).containsExactly(Note.RESTARTED);
  }

  @Test
  void aServerWithoutRangesNowStartsOver() throws IOException {
    origin.serve("/file", BODY);
    leave(request("/file"), BODY);
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    DownloadResult result = get(request("/file"));
    assertDone(result, BODY);
    assertThat(result.notes()).containsExactly(Note.SINGLE_STREAM, Note.RESTARTED);
  }

  /** What the earlier run had is far ahead of it; each time it goes on is progress all the same. */
  @Test
  void aStreamThatStartsOverMayBreakAsOftenAsItGoesOn() throws IOException {
    origin.serve("/file", BODY);
    leave(request("/file"), BODY);
    use(builder().retryPolicy(QUICK.withMaxAttempts(2)));
    AtomicInteger answers = new AtomicInteger();
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin
        .on("/file")
        .answer(reply -> reply.closeAfter(answers.incrementAndGet() * (SEGMENT + 1000L)));

    assertDone(get(request("/file")), BODY);
  }

  @Test
  void whoDoesNotResumeBeginsAnewAndLeavesNothing() throws IOException {
    origin.serve("/file", BODY);
    leave(request("/file"), BODY);
    DownloadResult result = get(request("/file").withResume(false));
    assertDone(result, BODY);
    assertSent(sentBefore + BODY.length());
  }

  @Test
  void whatIsWholeIsOnlyCompared() throws IOException {
    origin.serve("/file", BODY);
    CountDownLatch half = new CountDownLatch(1);
    origin.on("/file").request(3).answer(reply -> reply.stallAfter(10, half));
    Download download = engine.submit(request("/file"));
    origin.await(() -> origin.requests().size() >= 3);
    Files.writeString(target(), "theirs");
    half.countDown();
    download.closed().block(LIMIT);
    assertDirectoryHolds("target", "target.qsde-part", "target.qsde-journal");
    sentBefore = bytesSent();
    DownloadResult result = get(request("/file").withOverwrite(true));
    assertDone(result, BODY);
    assertThat(sentSince()).isLessThanOrEqualTo(1);
    assertThat(result.resumedBytes()).isEqualTo(BODY.length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"empty", "torn", "noise", "older", "missing", "directory", "link", "other file"})
  void aJournalThatIsNoneStartsOver(String what) throws IOException {
    origin.serve("/file", BODY);
    leave(request("/file"), BODY);
    byte[] written = Files.readAllBytes(journal());
    Files.delete(journal());
    switch (what) {
      case "empty" -> Files.createFile(journal());
      case "torn" -> Files.write(journal(), Arrays.copyOf(written, 100));
      case "noise" -> Files.write(journal(), Body.random(5, 10_000).bytes());
      case "older" ->
          Files.writeString(
              journal(),
              new String(written, StandardCharsets.UTF_8).replace("journal 1", "journal 0"));
      case "directory" -> Files.createDirectory(journal());
      case "link" -> Files.createSymbolicLink(journal(), Files.write(dir.resolve("far"), written));
      case "other file" -> Files.write(journal(), Body.of("hello\n").bytes());
      default -> assertThat(journal()).doesNotExist();
    }
    DownloadResult result = get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(result.resumedBytes()).isZero();
    assertSent(sentBefore + BODY.length());
    assertThat(part()).doesNotExist();
    if (what.equals("link")) {
      assertThat(Files.readAllBytes(dir.resolve("far"))).isEqualTo(written);
    }
  }

  /** Well-formed, as whoever writes a file can compute its checksums too. */
  @Test
  void aJournalOfTheLongestFileThereCanBeStartsOver() throws IOException {
    origin.serve("/file", BODY);
    leave(request("/file"), BODY);
    JournalHeader old = JournalFile.read(target()).orElseThrow().header();
    ResumeJournal hostile =
        ResumeJournal.begin(
            new JournalHeader(
                old.salt(), old.place(), old.shown(), old.validator(), Long.MAX_VALUE));
    Claim nearlyAll = new Claim(new ByteRange(0, Long.MAX_VALUE - 10), 0);
    Files.write(journal(), hostile.head());
    Files.write(journal(), hostile.records(List.of(nearlyAll)), StandardOpenOption.APPEND);
    DownloadResult result = get(request("/file"));
    assertDone(result, BODY);
    assertThat(result.resumedBytes()).isZero();
  }

  @Test
  void whatThePartFileHasLostIsFetchedAgain() throws IOException {
    origin.serve("/file", LARGE);
    use(builder().limits(limits().withSegmentSize(1 << 20)));
    leave(request("/file"), LARGE);
    try (FileChannel file = FileChannel.open(part(), StandardOpenOption.WRITE)) {
      file.truncate(6 << 20);
    }
    DownloadResult result = get(request("/file"));
    assertDone(result, LARGE);
    assertThat(result.resumedBytes()).isEqualTo(4 << 20);
  }

  @Test
  void aPartFileThatIsGoneStartsOver() throws IOException {
    origin.serve("/file", BODY);
    leave(request("/file"), BODY);
    Files.delete(part());
    DownloadResult result = get(request("/file"));
    assertDone(result, BODY);
    assertThat(result.resumedBytes()).isZero();
  }

  /** A commit that was cut short between its two steps, or somebody's second name of a file. */
  @Test
  void aPartFileWithAnotherNameIsNotWrittenTo() throws IOException {
    origin.serve("/file", BODY);
    leave(request("/file"), BODY);
    Files.createLink(dir.resolve("other"), part());
    byte[] before = Files.readAllBytes(dir.resolve("other"));
    get(request("/file"));
    assertHolds(target(), BODY);
    assertThat(Files.readAllBytes(dir.resolve("other"))).isEqualTo(before);
    assertDirectoryHolds("target", "other");
  }

  @Test
  void aFileThatCameIntoThePlaceOfThePartIsNotDeleted() throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").request(2).answer(reply -> reply.stallAfter(10, never));
    Download download = engine.submit(request("/file"));
    origin.await(() -> origin.requests().size() >= 2);
    Files.delete(part());
    Files.writeString(part(), "theirs");
    download.dispose();
    download.closed().block(LIMIT);
    assertThat(part()).hasContent("theirs");
    assertThat(journal()).doesNotExist();
  }

  private interface Fate {
    void meet() throws IOException;
  }

  /** The second segment comes once the part file, written to its last byte, has met its fate. */
  private FileAccess failureAfter(Path target, Fate fate) throws IOException {
    CountDownLatch go = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").request(2).answer(reply -> reply.stallAfter(10, go));
    Download download = engine.submit(DownloadRequest.of(origin.uri("/file"), target));
    Path part = target.resolveSibling("target.qsde-part");
    await(() -> part.toFile().length() == BODY.length());
    fate.meet();
    go.countDown();
    Throwable failure = download.result().materialize().block(LIMIT).getThrowable();
    assertThat(failure).isInstanceOf(FileAccess.class);
    assertThat(target).doesNotExist();
    return (FileAccess) failure;
  }

  @Test
  void aPartFileThatIsDeletedMeanwhileIsLost() throws IOException {
    FileAccess failure = failureAfter(target(), () -> Files.delete(part()));
    assertThat(failure.reason()).isEqualTo(Reason.LOST);
    assertDirectoryHolds();
  }

  @Test
  void aPartFileThatIsCutMeanwhileIsLost() throws IOException {
    FileAccess failure =
        failureAfter(
            target(),
            () -> {
              try (FileChannel file = FileChannel.open(part(), StandardOpenOption.WRITE)) {
                file.truncate(SEGMENT);
              }
            });
    assertThat(failure.reason()).isEqualTo(Reason.LOST);
    assertDone(get(request("/file")), BODY);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aHoleInThePartFileIsFoundThoughTheDigestIsRight(int connections) throws IOException {
    CountDownLatch go = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.onEvery((request, reply) -> reply.inPiecesOf(4096).stallAfter(40_000, go));
    DownloadRequest request =
        request("/file").withConnections(connections).withChecksum("sha256:" + BODY.sha256());
    Download download = engine.submit(request);
    // A write that is under way when the file is cut can hide that it was.
    await(() -> download.latest().bytesReceived() == connections * 40_000L);
    for (long start = 0; start < (long) connections * SEGMENT; start += SEGMENT) {
      Body written = BODY.slice(start, 32 << 10);
      long from = start;
      await(() -> Arrays.equals(partBytes(from, 32 << 10), written.bytes()));
    }
    try (FileChannel file = FileChannel.open(part(), StandardOpenOption.WRITE)) {
      file.truncate(0);
    }
    go.countDown();
    assertThat(download.result().materialize().block(LIMIT).getThrowable())
        .isInstanceOfSatisfying(
            FileAccess.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.LOST));
    assertThat(target()).doesNotExist();
  }

  private byte[] partBytes(long from, int length) {
    try (RandomAccessFile file = new RandomAccessFile(part().toFile(), "r")) {
      byte[] bytes = new byte[length];
      file.seek(from);
      file.read(bytes);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aDirectoryThatIsDeletedMeanwhileIsMissing() throws IOException {
    Path gone = Files.createDirectory(dir.resolve("gone"));
    FileAccess failure =
        failureAfter(
            gone.resolve("target"),
            () -> {
              Files.delete(gone.resolve("target.qsde-part"));
              Files.delete(gone.resolve("target.qsde-journal"));
              Files.delete(gone);
            });
    assertThat(failure.reason()).isEqualTo(Reason.NO_DIRECTORY);
    assertDirectoryHolds();
  }

  @Test
  void discardingDeletesWhatIsKept() {
    origin.serve("/file", BODY);
    origin.on("/file").request(2).answer(reply -> reply.stallAfter(10, never));
    Download download = engine.submit(request("/file"));
    origin.await(() -> origin.requests().size() >= 2);
    download.dispose();
    download.closed().block(LIMIT);
    download.discard();
    await(() -> !Files.exists(part()) && !Files.exists(journal()));

    origin.on("/file").answer(reply -> reply.stallAfter(10, never));
    Download running = engine.submit(request("/file"));
    await(() -> running.latest().bytesReceived() > 0);
    running.discard();
    running.closed().block(LIMIT);
    assertDirectoryHolds();
  }

  @Test
  void anotherUriOfTheSameVersionGoesOn() throws IOException {
    origin.serve("/file", BODY);
    origin.serve("/same", BODY);
    origin.serve("/other", Resource.of(BODY).withEtag("\"other\""));
    leave(request("/file"), BODY);
    DownloadResult same = get(request("/same"));
    assertDone(same, BODY);
    assertThat(same.resumedBytes()).isPositive();
    assertThat(same.notes()).containsExactly(Note.UNPROVEN);
    Files.delete(target());
    leave(request("/file"), BODY);
    assertThat(get(request("/other")).resumedBytes()).isZero();
    Files.delete(target());
    leave(request("/file"), BODY);
    DownloadResult proven = get(request("/other").withChecksum("sha256:" + BODY.sha256()));
    assertThat(proven.resumedBytes()).isPositive();
    assertDone(proven, BODY);
  }

  /**
   * What came from elsewhere in an earlier run may be of another version, for all that is known.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatCameFromElsewhereIsNotKeptUnlessADigestIsExpected(boolean digest) throws IOException {
    Body other = digest ? BODY : Body.random(3, BODY.length());
    AtomicBoolean expired = new AtomicBoolean();
    origin.serve("/signed", BODY);
    origin.serve("/elsewhere", Resource.of(other).withEtag("\"other\""));
    origin
        .on("/file")
        .answer((asked, reply) -> Reply.redirect(302, expired.get() ? "/elsewhere" : "/signed"));
    origin
        .on("/signed")
        .request(2)
        .answer(
            (asked, reply) -> {
              expired.set(true);
              return Reply.status(403);
            });
    origin.on("/elsewhere").request(4).answer(reply -> reply.stallAfter(10, never));
    DownloadRequest request = request("/file").withConnections(1);
    if (digest) {
      request = request.withChecksum("sha256:" + BODY.sha256());
    }
    Download download = engine.submit(request);
    origin.await(() -> origin.requests("/elsewhere").size() >= 4);
    download.dispose();
    download.closed().block(LIMIT);
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
    expired.set(false);
    DownloadResult result = get(request);
    assertDone(result, BODY);
    assertThat(result.notes()).isEmpty();
    assertThat(result.resumedBytes()).isGreaterThanOrEqualTo((digest ? 4L : 1L) * SEGMENT);
  }

  @Test
  void aNameThatTheServerGivesResumesAsWell() throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").answer(r -> r.header("Content-Disposition", "attachment; filename=target"));
    leave(DownloadRequest.of(origin.uri("/file"), dir), BODY);
    DownloadResult result = get(DownloadRequest.of(origin.uri("/file"), dir));
    assertDone(result, BODY);
    assertThat(result.resumedBytes()).isPositive();
  }

  @Test
  void aFailureKeepsWhatCameBeforeIt() throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").request(4).answer(Reply.status(403));
    Download download = engine.submit(request("/file").withConnections(1));
    assertThat(download.result().materialize().block(LIMIT).hasError()).isTrue();
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
    int before = origin.requests().size();
    assertDone(get(request("/file").withConnections(1)), BODY);
    assertThat(origin.requests().stream().skip(before))
        .allSatisfy(
            request -> assertThat(asked(request).start()).isGreaterThanOrEqualTo(3L * SEGMENT));
  }

  /** Many days of a slow download: what the journal claims by then is not lost again. */
  @Test
  void aJournalGrowsNoLongerThanIsRead() throws IOException {
    IoPool io = new IoPool();
    VirtualTime time = new VirtualTime();
    String hash = "0".repeat(64);
    JournalHeader header =
        new JournalHeader(hash.substring(32), hash, "uri", Validator.NONE, Long.MAX_VALUE);
    JournalFile journal = JournalFile.begin(target(), header, io, time);
    for (int i = 0; i < 12; i++) {
      // None has a neighbour to be joined with.
      for (int j = 0; j < 50_000; j++) {
        long start = (1L << 60) + 2L * (50_000 * i + j);
        journal.claim(new Claim(new ByteRange(start, start + 1), j));
      }
      long before;
      // Not in the middle of an append.
      synchronized (journal) {
        before = Files.size(journal());
      }
      time.advanceTimeBy(Duration.ofMillis(999));
      assertThat(Files.size(journal())).isEqualTo(before);
      time.advanceTimeBy(Duration.ofSeconds(64));
      if (before < 28 << 20) {
        await(() -> journal().toFile().length() > before);
      }
    }
    assertThat(journal.close()).isTrue();
    assertThat(JournalFile.read(target()).orElseThrow().claims()).hasSizeGreaterThan(300_000);
    io.closeLater().block(LIMIT);
  }

  /** What a process that is killed leaves: the journal of at most a second ago. */
  @Test
  void theJournalIsWrittenOnceASecond() throws IOException {
    VirtualTime time = new VirtualTime();
    use(builder().scheduler(time));
    origin.serve("/file", BODY);
    origin.on("/file").request(2).answer(reply -> reply.stallAfter(10, never));
    Download download = engine.submit(request("/file").withConnections(1));
    await(() -> download.latest().bytesReceived() == SEGMENT + 10);
    assertThat(JournalFile.read(target()).orElseThrow().claims()).isEmpty();
    time.advanceTimeBy(Duration.ofSeconds(1));
    await(() -> !JournalFile.read(target()).orElseThrow().claims().isEmpty());
    download.dispose();
    time.advanceTimeBy(Duration.ofSeconds(1));
    download.closed().block(LIMIT);
  }
}
