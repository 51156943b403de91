package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.DownloadResult.Note;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the file goes, and what may be in its way. */
class TargetTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 3 * SEGMENT);

  private static final Body SMALL = Body.random(2, 100);
  private static final Set<Operation> STEPS =
      EnumSet.of(Operation.INSPECT, Operation.OPEN, Operation.LOCK);

  private void assertRefused(Reason reason, DownloadRequest request) {
    assertThat(failure(FileAccess.class, request).reason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "attachment; filename=\"report.pdf\", report.pdf",
    "attachment; filename=\"a.txt\"; filename*=UTF-8''%e2%82%ac.txt, €.txt",
    "attachment; filename=\"../../etc/passwd\", passwd",
    "attachment, file.bin",
    ", file.bin"
  })
  void aDirectoryTakesTheServersNameOrTheRequestedOne(String disposition, String name)
      throws IOException {
    origin.serve("/real", BODY);
    origin.on("/file.bin").answer(Reply.redirect(302, "/real"));
    if (disposition != null) {
      origin.on("/real").answer(reply -> reply.header("Content-Disposition", disposition));
    }
    DownloadResult result = get(DownloadRequest.of(origin.uri("/file.bin?x=1"), dir));
    assertThat(result.target()).isEqualTo(dir.resolve(name));
    assertHolds(dir.resolve(name), BODY);
    assertDirectoryHolds(name);
  }

  /** It begins in the moment in which the other one ends. */
  @Test
  void aQueuedOneOfTheSameTargetWaitsForTheEndOfTheOneThatFails() throws IOException {
    use(builder().limits(limits().withMaxConcurrentDownloads(1)));
    Body body = Body.of("there");
    origin.serve("/file", body);
    for (int i = 0; i < 50; i++) {
      Path target = dir.resolve("target" + i);
      engine.submit(DownloadRequest.of(origin.uri("/gone"), target));
      Download second = engine.submit(DownloadRequest.of(origin.uri("/file"), target));

      second.result().block(LIMIT);

      assertHolds(target, body);
    }
  }

  @Test
  void theNameIsKnownToProgress() {
    origin.serve("/file.bin", BODY);
    Download download = engine.submit(DownloadRequest.of(origin.uri("/file.bin"), dir));
    download.result().block(LIMIT);
    assertThat(download.latest().fileName()).isEqualTo("file.bin");
  }

  @Test
  void aNameInADirectoryThatIsTakenIsRefused() throws IOException {
    origin.serve("/file.bin", BODY);
    Files.writeString(dir.resolve("file.bin"), "old");
    assertRefused(Reason.EXISTS, DownloadRequest.of(origin.uri("/file.bin"), dir));
    assertThat(dir.resolve("file.bin")).hasContent("old");
    assertDirectoryHolds("file.bin");
  }

  @Test
  void whoIsGivenTheNameInADirectoryMeanwhileLeavesNothingElse() throws IOException {
    Body body = Body.random(3, 3 * SEGMENT);
    CountDownLatch half = new CountDownLatch(1);
    origin.serve("/real", body);
    origin.on("/file.bin").answer(Reply.redirect(302, "/real"));
    origin.on("/real").request(3).answer(reply -> reply.stallAfter(100, half));
    DownloadRequest request =
        DownloadRequest.of(origin.uri("/file.bin"), dir).withChecksum("sha256:" + body.sha256());
    Download download = engine.submit(request);
    await(() -> download.latest().bytesReceived() >= 2 * SEGMENT + 100);
    Files.write(dir.resolve("file.bin"), body.bytes());
    half.countDown();

    DownloadResult result = download.result().block(LIMIT);

    assertThat(result.notes()).containsExactly(Note.ALREADY_PRESENT);
    assertThat(result.finalUri()).isEqualTo(origin.uri("/real"));
    assertDirectoryHolds("file.bin");
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 3 * SEGMENT})
  void aNameInADirectoryThatAFileWithTheExpectedDigestHasIsNoFailure(int length)
      throws IOException {
    Body body = Body.random(3, length);
    origin.serve("/file.bin", body);
    Files.write(dir.resolve("file.bin"), body.bytes());
    DownloadRequest request = DownloadRequest.of(origin.uri("/file.bin"), dir);

    DownloadResult result = get(request.withChecksum("sha256:" + body.sha256()));

    assertThat(result.notes()).containsExactly(Note.ALREADY_PRESENT);
    assertThat(result.target()).isEqualTo(dir.resolve("file.bin"));
    assertThat(result.bytes()).isEqualTo(length);
    Files.writeString(dir.resolve("file.bin"), "old");
    assertRefused(Reason.EXISTS, request.withChecksum("sha256:" + body.sha256()));
    assertThat(dir.resolve("file.bin")).hasContent("old");
    assertDirectoryHolds("file.bin");
  }

  @Test
  void aDirectoryOfTheServersNameIsNeverReplaced() throws IOException {
    origin.serve("/file.bin", BODY);
    Files.createDirectory(dir.resolve("file.bin"));
    assertRefused(
        Reason.NAME_REFUSED, DownloadRequest.of(origin.uri("/file.bin"), dir).withOverwrite(true));
    assertThat(dir.resolve("file.bin")).isEmptyDirectory();
    assertDirectoryHolds("file.bin");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "no named pipes there")
  void aPipeIsNeverReplaced() throws Exception {
    origin.serve("/file", BODY);
    origin.serve("/pipe", BODY);
    Path pipe = dir.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Path link = Files.createSymbolicLink(dir.resolve("link"), pipe);
    for (Path target : List.of(pipe, link)) {
      DownloadRequest request = DownloadRequest.of(origin.uri("/file"), target);
      assertRefused(Reason.DEVICE, request);
      assertRefused(Reason.DEVICE, request.withOverwrite(true));
      assertRefused(Reason.DEVICE, request.withIfNewer(true));
    }
    assertRefused(Reason.DEVICE, DownloadRequest.of(origin.uri("/pipe"), dir).withOverwrite(true));
    assertDirectoryHolds("link", "pipe");
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(Files.isRegularFile(pipe)).isFalse();
  }

  @Test
  void anExistingTargetIsRefusedWithoutARequest() throws IOException {
    Files.writeString(target(), "old");
    assertRefused(Reason.EXISTS, request("/file"));
    assertThat(target()).hasContent("old");
    assertThat(origin.requests()).isEmpty();
    assertDirectoryHolds("target");
  }

  @Test
  void aDanglingLinkIsAnExistingTarget() throws IOException {
    Files.createSymbolicLink(target(), dir.resolve("nowhere"));
    origin.serve("/file", BODY);
    origin.serve("/small", SMALL);
    assertRefused(Reason.EXISTS, request("/file"));
    assertRefused(Reason.EXISTS, request("/small"));
    assertDirectoryHolds("target");
    get(request("/small").withOverwrite(true));
    assertHolds(target(), SMALL);
    assertDirectoryHolds("target");
  }

  @Test
  void overwritingReplacesTheTargetInOneStep() throws IOException {
    CountDownLatch half = new CountDownLatch(1);
    Files.writeString(target(), "old");
    origin.serve("/file", BODY);
    origin.on("/file").request(2).answer(reply -> reply.stallAfter(100, half));
    Download download = engine.submit(request("/file").withOverwrite(true));
    await(() -> download.latest().bytesReceived() >= 2 * SEGMENT + 100);
    assertThat(target()).hasContent("old");
    half.countDown();
    download.result().block(LIMIT);
    assertHolds(target(), BODY);
    assertDirectoryHolds("target");
  }

  @Test
  void overwritingFailsWithTheOldFileInPlace() throws IOException {
    Files.writeString(target(), "old");
    origin.on("/file").answer(Reply.status(404));
    failure(DownloadException.HttpStatus.class, request("/file").withOverwrite(true));
    assertThat(target()).hasContent("old");
  }

  @Test
  void aTargetWithTheExpectedDigestIsThereAlready() throws IOException {
    Files.write(target(), BODY.bytes());
    DownloadResult result = get(request("/file").withChecksum("sha256:" + BODY.sha256()));
    assertThat(result.notes()).containsExactly(Note.ALREADY_PRESENT);
    assertThat(result.bytes()).isEqualTo(BODY.length());
    assertThat(result.checksum().hex()).isEqualTo(BODY.sha256());
    assertThat(origin.requests()).isEmpty();
    assertHolds(target(), BODY);
  }

  @Test
  void aTargetWithAnotherDigestIsReplacedOnlyIfAllowed() throws IOException {
    origin.serve("/file", BODY);
    Files.writeString(target(), "old");
    DownloadRequest request = request("/file").withChecksum("sha256:" + BODY.sha256());
    assertRefused(Reason.EXISTS, request);
    assertThat(get(request.withOverwrite(true)).notes()).isEmpty();
    assertHolds(target(), BODY);
  }

  @Test
  @KeepsPartFiles
  void aTargetThatAppearsMeanwhileIsKept() throws IOException {
    CountDownLatch half = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").request(3).answer(reply -> reply.stallAfter(100, half));
    Download download = engine.submit(request("/file"));
    origin.await(() -> origin.requests().size() == 3);
    Files.writeString(target(), "theirs");
    half.countDown();
    Throwable failure = download.result().materialize().block(LIMIT).getThrowable();
    assertThat(failure).isInstanceOf(FileAccess.class);
    assertThat(((FileAccess) failure).reason()).isEqualTo(Reason.EXISTS);
    assertThat(target()).hasContent("theirs");
    assertDirectoryHolds("target", "target.qsde-part", "target.qsde-journal");
  }

  @Test
  void aMissingDirectoryIsRefusedWithoutARequest() throws IOException {
    DownloadRequest missing =
        DownloadRequest.of(origin.uri("/file"), dir.resolve("missing").resolve("target"));
    assertRefused(Reason.NO_DIRECTORY, missing);
    Files.writeString(dir.resolve("plain"), "");
    DownloadRequest inFile =
        DownloadRequest.of(origin.uri("/file"), dir.resolve("plain").resolve("target"));
    assertRefused(Reason.NO_DIRECTORY, inFile);
    assertThat(origin.requests()).isEmpty();
    assertDirectoryHolds("plain");
  }

  @Test
  void aNameTooLongIsRefused() {
    Path name = dir.resolve("n".repeat(300));
    origin.serve("/file", BODY);
    origin.serve("/small", SMALL);
    assertRefused(Reason.NAME_REFUSED, DownloadRequest.of(origin.uri("/file"), name));
    assertRefused(Reason.NAME_REFUSED, DownloadRequest.of(origin.uri("/small"), name));
    assertDirectoryHolds();
  }

  @Test
  void aNameTooLongForTheSuffixIsHashed() throws IOException {
    origin.serve("/file", BODY);
    Path file = dir.resolve("n".repeat(255));
    get(DownloadRequest.of(origin.uri("/file"), file));
    assertHolds(file, BODY);
    assertDirectoryHolds(file.getFileName().toString());
  }

  @Test
  void twoDownloadsOntoOneTargetExcludeEachOther() throws IOException {
    CountDownLatch half = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").request(1).answer(reply -> reply.stallAfter(100, half));
    Download first = engine.submit(request("/file"));
    origin.await(() -> origin.requests().size() == 1);
    Path sameFile = dir.resolve("x").resolve("..").resolve("target");
    assertRefused(Reason.IN_USE, request("/file"));
    assertRefused(Reason.IN_USE, DownloadRequest.of(origin.uri("/file"), sameFile));
    half.countDown();
    first.result().block(LIMIT);
    assertHolds(target(), BODY);
  }

  @Test
  void anotherEnginesPartIsInUse() throws IOException {
    CountDownLatch half = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").where(r -> asked(r).start() > 0).answer(r -> r.stallAfter(100, half));
    Download first = engine.submit(request("/file"));
    await(() -> first.latest().bytesReceived() > SEGMENT);
    try (DownloadEngine other = builder().build()) {
      Throwable failure =
          other.download(request("/file")).materialize().block(LIMIT).getThrowable();
      assertThat(failure).isInstanceOf(FileAccess.class);
      assertThat(((FileAccess) failure).reason()).isEqualTo(Reason.IN_USE);
    }
    half.countDown();
    first.result().block(LIMIT);
    assertHolds(target(), BODY);
    assertDirectoryHolds("target");
  }

  @Test
  @KeepsPartFiles
  void aPartThatIsLockedByAnotherIsLeftAlone() throws IOException {
    origin.serve("/file", BODY);
    Files.writeString(partFile(), "theirs");
    try (FileChannel held = FileChannel.open(partFile(), StandardOpenOption.WRITE)) {
      assertThat(held.tryLock()).isNotNull();
      assertRefused(Reason.IN_USE, request("/file"));
    }
    assertThat(partFile()).hasContent("theirs");
    assertDirectoryHolds("target.qsde-part");
  }

  /** Another process takes the new part for abandoned, at whichever step, before it is locked. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  @KeepsPartFiles
  void aPartThatIsReplacedBeforeItIsLockedIsInUse(int step) throws IOException {
    origin.serve("/file", BODY);
    ScriptedDisk disk = new ScriptedDisk();
    AtomicInteger steps = new AtomicInteger();
    AtomicReference<FileChannel> theirs = new AtomicReference<>();
    disk.failing(
        (operation, path) -> {
          if (STEPS.contains(operation)
              && path.endsWith(partFile().getFileName().toString())
              && Files.exists(partFile())
              && steps.incrementAndGet() == step) {
            Files.delete(partFile());
            Files.writeString(partFile(), "theirs");
            theirs.set(FileChannel.open(partFile(), StandardOpenOption.WRITE));
            assertThat(theirs.get().tryLock()).isNotNull();
          }
        });
    assertRefused(Reason.IN_USE, DownloadRequest.of(origin.uri("/file"), disk.path(target())));
    theirs.get().close();
    assertThat(partFile()).hasContent("theirs");
    assertDirectoryHolds("target.qsde-part");
  }

  @Test
  void anAbandonedPartIsReplaced() throws IOException {
    origin.serve("/file", BODY);
    Files.write(partFile(), Body.random(9, 10 * SEGMENT).bytes());
    get(request("/file"));
    assertHolds(target(), BODY);
    assertDirectoryHolds("target");
  }

  /** Neither is what it leads to written, nor is it given the target's name. */
  @Test
  void aLinkInThePartsPlaceIsRemovedAndNotFollowed() throws IOException {
    origin.serve("/file", BODY);
    Path victim = Files.writeString(dir.resolve("victim"), "precious");
    Files.createSymbolicLink(partFile(), victim);
    get(request("/file"));
    assertThat(victim).hasContent("precious");
    assertThat(target()).isRegularFile();
    assertThat(Files.isSymbolicLink(target())).isFalse();
    assertHolds(target(), BODY);
    assertDirectoryHolds("target", "victim");
  }

  @Test
  void aTargetWaitsForThePredecessorThatEnds() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    AtomicBoolean stalling = new AtomicBoolean(true);
    origin.serve("/file", BODY);
    origin.on("/file").where(r -> stalling.get()).answer(reply -> reply.stallAfter(100, never));
    for (int i = 1; i <= 20; i++) {
      int requests = i;
      Download first = engine.submit(request("/file"));
      origin.await(() -> origin.requests().size() >= requests);
      first.dispose();
    }
    stalling.set(false);
    get(request("/file"));
    assertHolds(target(), BODY);
  }
}
