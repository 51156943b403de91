package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.Cancelled;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one run leaves, and what the next makes of it. */
@KeepsPartFiles
class ResumeTest extends ResumeTestBase {

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
        assertThat(Files.exists(partFile())).isEqualTo(((Cancelled) ended).resumable());
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

  @Test
  void discardingDeletesWhatIsKept() {
    origin.serve("/file", BODY);
    origin.on("/file").request(2).answer(reply -> reply.stallAfter(10, never));
    Download download = engine.submit(request("/file"));
    origin.await(() -> origin.requests().size() >= 2);
    download.dispose();
    download.closed().block(LIMIT);
    download.discard();
    await(() -> !Files.exists(partFile()) && !Files.exists(journal()));

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
}
