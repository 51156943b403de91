package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A small file is held in memory until all of it has come, and made in one go. */
class SmallFileTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 100_000);

  private final ScriptedDisk disk = new ScriptedDisk();
  private final CountDownLatch sending = new CountDownLatch(1);

  @BeforeEach
  void useWholeSegments() {
    use(builder().limits(Limits.defaults()));
  }

  @AfterEach
  void letGo() {
    sending.countDown();
    disk.release();
  }

  private MemoryBudget budget() {
    return ((NettyDownloadEngine) engine).budget();
  }

  private static FileAccess failure(Download download) {
    return (FileAccess) download.result().materialize().block(LIMIT).getThrowable();
  }

  @Test
  void nothingOfItIsOnTheDiskBeforeAllOfItHasCome() throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").request(1).answer(reply -> reply.stallAfter(50_000, sending));
    Download download = engine.submit(request("/file").withComputedChecksum(HashAlgorithm.SHA256));
    await(() -> download.latest().bytesReceived() == 50_000);
    assertDirectoryHolds();
    assertThat(budget().used()).isGreaterThanOrEqualTo(BODY.length());
    sending.countDown();
    assertThat(download.result().block(LIMIT).checksum().hex()).isEqualTo(BODY.sha256());
    assertHolds(dir.resolve("target"), BODY);
    assertDirectoryHolds("target");
    assertThat(budget().used()).isZero();
  }

  @Test
  void aBrokenOneGoesOnAtTheByteWhereItBroke() throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").request(1).answer(reply -> reply.resetAfter(60_000));
    assertThat(engine.download(request("/file")).block(LIMIT).retries()).isOne();
    assertHolds(dir.resolve("target"), BODY);
    assertThat(asked(origin.requests().get(1)).start()).isPositive();
  }

  @Test
  void aCancelledOneLeavesNothing() {
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(50_000, sending));
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().bytesReceived() == 50_000);
    download.dispose();
    download.closed().block(LIMIT);
    assertDirectoryHolds();
    assertThat(budget().used()).isZero();
  }

  /** Until the write has ended, whatever it does may still show. */
  @Test
  void aCancelWaitsForItsWrite() {
    disk.hold();
    origin.serve("/file", BODY);
    Path target = disk.path(dir.resolve("target"));
    Download download = engine.submit(DownloadRequest.of(origin.uri("/file").toString(), target));
    await(() -> Files.exists(partFile()));
    download.dispose();
    assertThat(download.latest().state().isTerminal()).isFalse();
    disk.release();
    download.closed().block(LIMIT);
    assertDirectoryHolds();
  }

  @Test
  void aWriteThatFailsLeavesNothing() {
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.WRITE) {
            throw new IOException("I/O error");
          }
        });
    origin.serve("/file", BODY);
    Path target = disk.path(dir.resolve("target"));
    Download download = engine.submit(DownloadRequest.of(origin.uri("/file").toString(), target));
    assertThat(failure(download).reason()).isEqualTo(Reason.IO);
    assertDirectoryHolds();
    assertThat(budget().used()).isZero();
  }

  @Test
  void whatHasTakenTheNameMeanwhileStays() throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(50_000, sending));
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().bytesReceived() == 50_000);
    Files.writeString(dir.resolve("target"), "another");
    sending.countDown();
    assertThat(failure(download).reason()).isEqualTo(Reason.EXISTS);
    assertThat(dir.resolve("target")).hasContent("another");
    assertDirectoryHolds("target");
  }

  /** What slow ones hold is bounded: the others go on with the rest of the memory. */
  @Test
  void slowOnesLeaveMemoryToTheOthers() throws IOException {
    use(builder().limits(Limits.defaults().withMemoryBudget(1 << 20)));
    origin.serve("/slow", Body.random(2, 200_000));
    origin.on("/slow").answer(reply -> reply.stallAfter(1000, sending));
    List<Download> slow = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Path target = dir.resolve("slow" + i);
      slow.add(engine.submit(DownloadRequest.of(origin.uri("/slow").toString(), target)));
    }
    await(() -> slow.stream().allMatch(download -> download.latest().bytesReceived() == 1000));
    assertThat(budget().used()).isLessThan(300_000);
    Body large = Body.random(3, 4 << 20);
    origin.serve("/file", large);
    engine.download(request("/file")).block(LIMIT);
    assertHolds(dir.resolve("target"), large);
    sending.countDown();
    slow.forEach(download -> download.result().block(LIMIT));
    assertThat(budget().used()).isZero();
  }

  @Test
  void inADirectoryItIsNamedByTheServer() {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .answer(reply -> reply.header("Content-Disposition", "attachment; filename=named"));
    DownloadRequest request = DownloadRequest.of(origin.uri("/file").toString(), dir);
    assertThat(engine.download(request).block(LIMIT).target()).isEqualTo(dir.resolve("named"));
    FileAccess exists = failure(engine.submit(request));
    assertThat(exists.reason()).isEqualTo(Reason.EXISTS);
    assertDirectoryHolds("named");
  }

  @Test
  void inADirectoryItReplacesNothing() throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(50_000, sending));
    Download download = engine.submit(DownloadRequest.of(origin.uri("/file").toString(), dir));
    await(() -> download.latest().bytesReceived() == 50_000);
    assertDirectoryHolds();
    Files.writeString(dir.resolve("file"), "another");
    sending.countDown();
    assertThat(failure(download).reason()).isEqualTo(Reason.EXISTS);
    assertThat(dir.resolve("file")).hasContent("another");
    assertDirectoryHolds("file");
  }

  /** Another process that was killed, say. */
  @Test
  void whatAnotherRunHasLeftMeanwhileGoes() throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(50_000, sending));
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().bytesReceived() == 50_000);
    Files.writeString(partFile(), "abandoned");
    Files.writeString(journal(), "of what was abandoned");
    sending.countDown();
    download.result().block(LIMIT);
    assertHolds(dir.resolve("target"), BODY);
    assertDirectoryHolds("target");
  }

  @Test
  void aPausedOneHoldsNothingAndStartsOver() throws IOException {
    origin.serve("/file", BODY);
    origin.on("/file").request(1).answer(reply -> reply.stallAfter(50_000, sending));
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().bytesReceived() == 50_000);
    download.pause();
    await(() -> download.latest().state() == DownloadState.PAUSED);
    assertThat(budget().used()).isZero();
    download.resume();
    assertThat(download.result().block(LIMIT).bytes()).isEqualTo(BODY.length());
    assertHolds(dir.resolve("target"), BODY);
  }

  /** Else another process might have taken it for abandoned, and have its own under the name. */
  @ParameterizedTest
  @ValueSource(ints = {100_000, 1_000_000})
  void aPartFileIsDeletedUnderItsLock(int length) {
    AtomicBoolean locked = new AtomicBoolean();
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.WRITE) {
            throw new IOException("I/O error");
          }
          if (operation == Operation.DELETE && path.toString().endsWith(".qsde-part")) {
            locked.set(isLocked(partFile()));
          }
        });
    origin.serve("/file", Body.random(1, length));
    Path target = disk.path(dir.resolve("target"));
    failure(engine.submit(DownloadRequest.of(origin.uri("/file").toString(), target)));
    assertThat(locked).isTrue();
  }

  private static boolean isLocked(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return channel.tryLock() == null;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }
}
