package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import com.qustellar.qsde.reactor.testing.VirtualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * Downloads of one target after each other: what is done to one of them is not done to the next.
 */
@KeepsPartFiles
class SuccessorTest extends ResumeTestBase {

  private final ScriptedDisk disk = new ScriptedDisk();
  private final AtomicBoolean stalling = new AtomicBoolean(true);

  private DownloadRequest request;

  @BeforeEach
  void serve() {
    request = DownloadRequest.of(origin.uri("/file"), disk.path(target()));
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .where(asked -> stalling.get() && asked(asked).endExclusive() >= BODY.length())
        .answer(reply -> reply.stallAfter(10, never));
  }

  /** Returns one that has brought more than the bytes given, and does not end. */
  private Download started(long bytes) {
    Download download = engine.submit(request);
    await(() -> download.latest().bytesReceived() > bytes);
    return download;
  }

  /** Returns one that was cancelled, and has left what it had. */
  private Download left(long bytes) {
    Download download = started(bytes);
    download.dispose();
    download.closed().block(LIMIT);
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
    return download;
  }

  private static boolean isPart(Path path) {
    return path.toString().endsWith(".qsde-part");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Both want the part file's name: the one to delete it, the other to go on with it. */
  @RepeatedTest(10)
  void whatIsBeingDiscardedIsNotInUse() throws IOException {
    Download first = left(SEGMENT);
    stalling.set(false);
    CountDownLatch deleting = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    CountDownLatch opening = new CountDownLatch(1);
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.DELETE && isPart(path) && deleting.getCount() > 0) {
            deleting.countDown();
            awaitUninterruptibly(opening);
          } else if (answered.getCount() == 0 && path.toString().equals(dir.toString())) {
            // It is looked at just before the part file is opened.
            opening.countDown();
          }
        });
    first.discard();
    awaitUninterruptibly(deleting);
    origin
        .on("/file")
        .answer(
            reply -> {
              answered.countDown();
              return reply;
            });
    Download next = engine.submit(request);
    assertThat(next.result().block(LIMIT).resumedBytes()).isZero();
    assertHolds(target(), BODY);
    assertDirectoryHolds("target");
  }

  @Test
  void aDiscardLeavesAloneWhatAnotherHasGoneOnWith() throws IOException {
    Download first = left(SEGMENT);
    // What it has is what the first has left, and perhaps no more.
    Download second = started(0);
    second.pause();
    await(() -> second.latest().state() == DownloadState.PAUSED);
    first.discard();
    // Whatever it does, it has done it when the threads for files have ended.
    engine.close();
    assertThat(second.latest().state()).isEqualTo(DownloadState.CANCELLED);
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");

    second.discard();
    await(() -> dir.toFile().list().length == 0);
  }

  @Test
  void aDiscardIsOfWhatItsOwnRunHasLeft() {
    Download first = left(SEGMENT);
    first.discard();
    await(() -> dir.toFile().list().length == 0);
    Download second = left(SEGMENT);
    first.discard();
    engine.close();
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
    second.discard();
    await(() -> dir.toFile().list().length == 0);
  }

  @Test
  void aDiscardOfWhatIsGoneMakesNoFile() {
    Download first = left(SEGMENT);
    first.discard();
    await(() -> dir.toFile().list().length == 0);
    AtomicBoolean opened = new AtomicBoolean();
    disk.failing((operation, path) -> opened.compareAndSet(false, operation == Operation.OPEN));
    first.discard();
    engine.close();
    assertThat(opened).isFalse();
  }

  /** The first of its records stands whole then, and the journal is longer than was noted. */
  @Test
  void aDiscardIsOfWhatAFullDiskHasCutShortAsWell() {
    use(builder().scheduler(new VirtualTime())); // so that all is appended at the end, in one go
    origin.serve("/large", LARGE);
    origin
        .on("/large")
        .where(asked -> asked(asked).endExclusive() >= LARGE.length())
        .answer(reply -> reply.stallAfter(10, never));
    request = DownloadRequest.of(origin.uri("/large"), disk.path(target()));
    left(SEGMENT);
    AtomicInteger writes = new AtomicInteger();
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.WRITE && path.toString().endsWith(".qsde-journal")) {
            disk.shortTransfers(50);
            if (writes.incrementAndGet() > 1) {
              throw new IOException("No space left on device");
            }
          }
        });
    Download second = left(LARGE.length() - (1 << 20));
    assertThat(writes).hasValue(2);
    second.discard();
    await(() -> dir.toFile().list().length == 0);
  }

  /** It can't be cancelled any more, but the target is as good as free. */
  @Test
  void whoIsGettingItsNameIsNotInUse() throws IOException {
    stalling.set(false);
    CountDownLatch named = new CountDownLatch(1);
    CountDownLatch waited = new CountDownLatch(1);
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.LINK) {
            named.countDown();
            awaitUninterruptibly(waited);
          }
        });
    Download first = engine.submit(request);
    awaitUninterruptibly(named);
    first.dispose();
    Download next = engine.submit(request.withChecksum("sha256:" + BODY.sha256()));
    await(() -> next.latest().state() == DownloadState.CONNECTING || next.isDisposed());
    // Its look at the target is the only other task of the threads for files.
    ((NettyDownloadEngine) engine).io().call(() -> 0).block(LIMIT);
    waited.countDown();
    assertThat(next.result().block(LIMIT).segments()).isZero();
    assertHolds(target(), BODY);
  }
}
