package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others do to a part file, between two runs and while it is written. */
@KeepsPartFiles
class DamagedPartFileTest extends ResumeTestBase {

  @Test
  void aFlippedByteCostsItsRangeAlone() throws IOException {
    origin.serve("/file", LARGE);
    use(builder().limits(limits().withSegmentSize(1 << 20)));
    leave(request("/file"), LARGE);
    try (FileChannel file = FileChannel.open(partFile(), StandardOpenOption.WRITE)) {
      byte flipped = (byte) ~LARGE.slice(5 << 20, 1).bytes()[0];
      file.write(ByteBuffer.wrap(new byte[] {flipped}), 5 << 20);
    }
    long claimed = claimed();
    DownloadResult result = get(request("/file"));
    assertDone(result, LARGE);
    assertSent(sentBefore + LARGE.length() - claimed + (4 << 20));
    assertThat(result.resumedBytes()).isEqualTo(claimed - (4 << 20));
  }

  private long claimed() {
    return JournalFile.read(target()).orElseThrow().claims().stream()
        .mapToLong(claim -> claim.range().length())
        .sum();
  }

  @Test
  void whatThePartFileHasLostIsFetchedAgain() throws IOException {
    origin.serve("/file", LARGE);
    use(builder().limits(limits().withSegmentSize(1 << 20)));
    leave(request("/file"), LARGE);
    try (FileChannel file = FileChannel.open(partFile(), StandardOpenOption.WRITE)) {
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
    Files.delete(partFile());
    DownloadResult result = get(request("/file"));
    assertDone(result, BODY);
    assertThat(result.resumedBytes()).isZero();
  }

  /** A commit that was cut short between its two steps, or somebody's second name of a file. */
  @Test
  void aPartFileWithAnotherNameIsNotWrittenTo() throws IOException {
    origin.serve("/file", BODY);
    leave(request("/file"), BODY);
    Files.createLink(dir.resolve("other"), partFile());
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
    Files.delete(partFile());
    Files.writeString(partFile(), "theirs");
    download.dispose();
    download.closed().block(LIMIT);
    assertThat(partFile()).hasContent("theirs");
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
    FileAccess failure = failureAfter(target(), () -> Files.delete(partFile()));
    assertThat(failure.reason()).isEqualTo(Reason.LOST);
    assertDirectoryHolds();
  }

  @Test
  void aPartFileThatIsCutMeanwhileIsLost() throws IOException {
    FileAccess failure =
        failureAfter(
            target(),
            () -> {
              try (FileChannel file = FileChannel.open(partFile(), StandardOpenOption.WRITE)) {
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
    try (FileChannel file = FileChannel.open(partFile(), StandardOpenOption.WRITE)) {
      file.truncate(0);
    }
    go.countDown();
    assertThat(download.result().materialize().block(LIMIT).getThrowable())
        .isInstanceOfSatisfying(
            FileAccess.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.LOST));
    assertThat(target()).doesNotExist();
  }

  private byte[] partBytes(long from, int length) {
    try (RandomAccessFile file = new RandomAccessFile(partFile().toFile(), "r")) {
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
}
