package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.internal.http.Validator;
import com.qustellar.qsde.internal.journal.Claim;
import com.qustellar.qsde.internal.journal.JournalHeader;
import com.qustellar.qsde.internal.journal.ResumeJournal;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a journal claims, to whom, and when it counts for nothing. */
@KeepsPartFiles
class JournalFileTest extends ResumeTestBase {

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
    assertThat(partFile()).doesNotExist();
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
}
