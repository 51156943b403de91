package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.DiskFull;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks that are full or broken. */
class DiskTest extends TracelessTestBase {

  private static final Body BODY = Body.random(1, 5 * SEGMENT + 77);

  private final ScriptedDisk disk = new ScriptedDisk();

  @Override
  Path target() {
    return disk.path(dir.resolve("target"));
  }

  private Path realTarget() {
    return dir.resolve("target");
  }

  private DownloadRequest verified(String path, Body body) {
    return request(path).withChecksum("sha256:" + body.sha256());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 4095})
  void shortTransfersAreGoneOnWith(int most) throws IOException {
    Body body = Body.random(4, most == 1 ? 10_000 : BODY.length());
    disk.shortTransfers(most);
    origin.serve("/file", body);
    get(verified("/file", body));
    assertHolds(realTarget(), body);
  }

  @Test
  void tooLittleRoomIsSeenBeforeTheFirstWrite() {
    disk.freeBytes(BODY.length() - 1);
    disk.failing(
        (operation, path) -> assertThat(operation).isNotIn(Operation.OPEN, Operation.WRITE));
    origin.serve("/file", BODY);
    DiskFull failure = failure(DiskFull.class, request("/file"));
    assertThat(failure.neededBytes()).isEqualTo(BODY.length());
    assertThat(failure.freeBytes()).isEqualTo(BODY.length() - 1);
    assertDirectoryHolds();
  }

  @Test
  void justEnoughRoomIsEnough() throws IOException {
    disk.freeBytes(BODY.length());
    origin.serve("/file", BODY);
    get(request("/file"));
    assertHolds(realTarget(), BODY);
  }

  /** A disk that doesn't tell its room is no reason to count two billion segments one by one. */
  @Test
  void aLengthThatIsALieIsShownAllTheSame() {
    disk.freeBytes(0);
    origin.serve("/file", Body.random(2, SEGMENT));
    origin.onEvery(
        (request, reply) -> reply.header("Content-Range", "bytes 0-65535/1125899906842624"));
    Download download = engine.submit(request("/file"));
    await(() -> download.latest().totalSegments() > 1);
    assertThat(download.latest().totalSegments()).isEqualTo(Integer.MAX_VALUE);
    download.dispose();
    download.closed().block(LIMIT);
    assertDirectoryHolds();
  }

  /** Two failures at the same moment are still one of their kind: a hundred chances for it. */
  @Test
  void segmentsThatFailTogetherGiveTheFirstCause() {
    AtomicInteger writes = new AtomicInteger();
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.WRITE && writes.getAndIncrement() >= 2) {
            throw new IOException("No space left on device");
          }
        });
    origin.serve("/file", BODY);
    origin.onEvery((request, reply) -> reply.inPiecesOf(8192));
    for (int i = 0; i < 100; i++) {
      writes.set(0);
      Download download = engine.submit(request("/file"));
      assertThat(download.result().materialize().block(LIMIT).getThrowable())
          .isInstanceOf(DiskFull.class);
      assertDirectoryHolds();
    }
  }

  /** Whichever write meets it: the download fails at once, without a retry and without a trace. */
  @ParameterizedTest
  @CsvSource({"true, 0", "true, 2", "true, 4", "false, 0", "false, 1"})
  void aDiskThatFillsUpInMidDownloadEndsItAtOnce(boolean ranged, int write) {
    AtomicInteger writes = new AtomicInteger();
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.WRITE && writes.getAndIncrement() >= write) {
            throw new IOException("No space left on device");
          }
        });
    origin.serve("/file", ranged ? Resource.of(BODY) : Resource.of(BODY).withoutRanges());
    origin.onEvery((request, reply) -> reply.inPiecesOf(8192));
    Download download = engine.submit(request("/file").withComputedChecksum(HashAlgorithm.SHA256));
    Throwable failure = download.result().materialize().block(LIMIT).getThrowable();
    assertThat(failure).isInstanceOf(DiskFull.class);
    assertThat(download.latest().retries()).isZero();
    assertDirectoryHolds();
  }

  @ParameterizedTest
  @EnumSource(
      value = Operation.class,
      names = {"OPEN", "READ", "FORCE", "MOVE"})
  void anyOperationThatFailsEndsTheDownloadWithoutATrace(Operation broken) throws IOException {
    disk.failing(
        (operation, path) -> {
          if (operation == broken) {
            throw new FileSystemException(path.toString(), null, "Input/output error");
          }
        });
    Body body = Body.random(6, 24 << 20);
    // The first segment waits, so that the others have to be read back for the digest: there is not
    // the room to keep them.
    engine.limits(
        limits().withSegmentSize(8 << 20).withMemoryBudget(1 << 20).withConnectionsPerDownload(4));
    origin.serve("/file", body);
    CountDownLatch rest = new CountDownLatch(1);
    origin.on("/file").request(1).answer(reply -> reply.stallAfter(SEGMENT, rest));
    Download download = engine.submit(verified("/file", body).withFsync(true).withOverwrite(true));
    await(() -> download.isDisposed() || download.latest().bytesReceived() >= (16 << 20) + SEGMENT);
    rest.countDown();
    Throwable failure = download.result().materialize().block(LIMIT).getThrowable();
    assertThat(failure).isInstanceOf(FileAccess.class);
    assertThat(((FileAccess) failure).reason()).isEqualTo(Reason.IO);
    assertDirectoryHolds();
  }

  @Test
  void aDiskWithoutLinksMoves() throws IOException {
    Set<Operation> seen = ConcurrentHashMap.newKeySet();
    disk.failing(
        (operation, path) -> {
          seen.add(operation);
          if (operation == Operation.LINK) {
            throw new UnsupportedOperationException();
          }
        });
    origin.serve("/file", BODY);
    get(request("/file"));
    assertHolds(realTarget(), BODY);
    assertThat(seen).containsAll(EnumSet.of(Operation.LINK, Operation.MOVE));
    Files.writeString(realTarget(), "theirs");
    assertThat(failure(FileAccess.class, request("/file")).reason()).isEqualTo(Reason.EXISTS);
    assertThat(realTarget()).hasContent("theirs");
    assertDirectoryHolds("target");
  }

  @Test
  void aDirectoryWithoutPermissionIsRefusedWithoutARequest() {
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.CHECK_WRITABLE) {
            throw new AccessDeniedException(path.toString());
          }
        });
    assertThat(failure(FileAccess.class, request("/file")).reason())
        .isEqualTo(Reason.NO_PERMISSION);
    assertThat(origin.requests()).isEmpty();
  }

  @Test
  void aFileSystemThatIsReadOnlyIsCalledThat() {
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.CHECK_WRITABLE) {
            throw new FileSystemException(path.toString(), null, "Read-only file system");
          }
        });
    assertThat(failure(FileAccess.class, request("/file")))
        .hasMessageEndingWith(" is on a file system that is read-only: choose another directory")
        .matches(failure -> failure.reason() == Reason.READ_ONLY);
    assertThat(origin.requests()).isEmpty();
  }

  @Test
  void aForcedFileIsForcedBeforeItGetsItsName() throws IOException {
    CountDownLatch forced = new CountDownLatch(1);
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.FORCE) {
            assertThat(realTarget()).doesNotExist();
            forced.countDown();
          }
        });
    origin.serve("/file", BODY);
    get(request("/file"));
    assertThat(forced.getCount()).isOne();
    Files.delete(realTarget());
    get(request("/file").withFsync(true));
    assertThat(forced.getCount()).isZero();
  }

  /** A commit that has begun is not cancelled: the file is there, and so is the result. */
  @Test
  void aCancelDuringTheCommitComesTooLate() throws IOException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.LINK) {
            begun.countDown();
            await(() -> go.getCount() == 0);
          }
        });
    origin.serve("/file", BODY);
    Download download = engine.submit(request("/file"));
    await(() -> begun.getCount() == 0);
    download.dispose();
    engine.cancelAll();
    go.countDown();
    assertThat(download.result().block(LIMIT).bytes()).isEqualTo(BODY.length());
    assertHolds(realTarget(), BODY);
    assertDirectoryHolds("target");
  }

  @Test
  void aBrokenStreamThatBeginsAgainOnABrokenDiskFails() {
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.TRUNCATE) {
            throw new IOException("Input/output error");
          }
        });
    origin.serve("/file", Resource.of(BODY).withoutRanges().withoutValidators());
    origin.on("/file").request(1).answer(reply -> reply.closeAfter(100_000));
    assertThat(failure(FileAccess.class, request("/file")).reason()).isEqualTo(Reason.IO);
    assertDirectoryHolds();
  }
}
