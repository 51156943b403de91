package com.qustellar.qsde.reactor.torture;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.DiskFull;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Signal;

/**
 * Disks that fail at the first operation, at the second, and so on, until a download meets no fault
 * any more: each ends with the right file or tells why there is none, and the disk, once it is well
 * again, takes the same download.
 */
class DiskFaultTest {

  private static final Body SMALL = Body.random(1, (3 << 16) + 77);

  /** Long enough that its second half is read back for the digest. */
  private static final Body LONG = Body.random(2, 10 << 20);

  private static final String PART = "target.qsde-part";

  /** A sample tries every sixth operation. */
  private static final int SAMPLE_STEP = 6;

  /** A request with this field gets its first part, and no other. */
  private static final String CUT = "X-Cut";

  private static final Body THEIRS = Body.of("theirs");

  /** What the disk does at the nth operation. */
  private enum Kind {
    /** It fails, and the next does not. */
    FAILS_ONCE("Input/output error"),
    /** It fails, and so does every later one. */
    IS_GONE("Input/output error"),
    IS_FULL("No space left on device"),
    /** It moves one byte, where it is a read or a write. */
    MOVES_LITTLE("");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  /** What lies where a download is to go. */
  private enum Before {
    NOTHING,
    ABANDONED_PART,
    ANOTHER_FILE,
    EARLIER_RUN
  }

  private record Course(
      String path, Body file, Before before, UnaryOperator<DownloadRequest> settings) {

    @Override
    public String toString() {
      return path + " over " + before;
    }
  }

  private static final List<Course> COURSES =
      List.of(
          new Course("/ranged", SMALL, Before.NOTHING, it -> it),
          new Course("/stream", SMALL, Before.NOTHING, it -> it),
          new Course("/broken", SMALL, Before.NOTHING, it -> it),
          new Course("/ranged", SMALL, Before.NOTHING, it -> verified(it).withFsync(true)),
          new Course("/ranged", SMALL, Before.ABANDONED_PART, it -> it.withResume(false)),
          new Course("/ranged", SMALL, Before.ANOTHER_FILE, it -> it.withOverwrite(true)),
          new Course("/ranged", SMALL, Before.ANOTHER_FILE, it -> verified(it).withOverwrite(true)),
          new Course("/ranged", SMALL, Before.EARLIER_RUN, it -> it),
          new Course("/ranged", SMALL, Before.EARLIER_RUN, it -> verified(it).withOverwrite(true)));

  private static final Course READ_BACK =
      new Course(
          "/late",
          LONG,
          Before.NOTHING,
          it -> it.withComputedChecksum(HashAlgorithm.SHA256).withResume(false));

  @TempDir Path dir;
  private final FastTime time = new FastTime();
  private final ScriptedDisk disk = new ScriptedDisk();
  private final ScriptedOrigin origin = ScriptedOrigin.start();
  private final Limits limits =
      Limits.defaults().withWriteBufferSize(16 << 10).withMaxConcurrentDownloads(1);
  private final DownloadEngine engine =
      DownloadEngine.builder().limits(limits.withSegmentSize(64 << 10)).scheduler(time).build();

  private final Torture torture = new Torture(DiskFaultTest.class);
  private int attempts;

  private static DownloadRequest verified(DownloadRequest request) {
    return request.withChecksum("sha256:" + SMALL.sha256());
  }

  @AfterEach
  void stop() {
    engine.close();
    origin.close();
    time.dispose();
  }

  @Test
  void anyOperationMayFail() throws IOException {
    origin.serve("/ranged", SMALL);
    origin
        .on("/ranged")
        .where(request -> request.header(CUT).isPresent() && !isFirstPart(request))
        .answer(Reply.status(404));
    origin.serve("/stream", Resource.of(SMALL).withoutRanges());
    origin.serve("/broken", Resource.of(SMALL).withoutRanges().withoutValidators());
    Set<String> asked = ConcurrentHashMap.newKeySet();
    origin
        .on("/broken")
        .where(request -> asked.add(request.target()))
        .answer(reply -> reply.closeAfter(100_000));
    origin.onEvery((request, reply) -> reply.inPiecesOf(8 << 10));
    for (Course course : COURSES) {
      everyFault(course, EnumSet.allOf(Operation.class), Torture.isSample() ? SAMPLE_STEP : 1);
    }
    engine.limits(limits.withSegmentSize(5 << 20));
    origin.serve("/late", LONG);
    origin.on("/late").answer(DiskFaultTest::firstPartLast);
    everyFault(READ_BACK, EnumSet.of(Operation.READ), Torture.isSample() ? SAMPLE_STEP : 1);
    torture.end();
  }

  private static Reply firstPartLast(RecordedRequest request, Reply reply) {
    return isFirstPart(request) ? reply.pacedAt(50 << 20) : reply;
  }

  private static boolean isFirstPart(RecordedRequest request) {
    return request.header("Range").orElseThrow().startsWith("bytes=0-");
  }

  private void everyFault(Course course, Set<Operation> operations, int step) {
    for (Kind kind : Kind.values()) {
      boolean met = true;
      // Another first one for each, so that a sample has all of them between its courses.
      for (int n = 1 + attempts % step; met; n += step) {
        Fault fault = new Fault(kind, n, operations);
        try {
          attempt(course, fault);
        } catch (Exception | AssertionError e) {
          torture.failed("%s of %s".formatted(fault, course), e);
        }
        met = fault.met();
      }
    }
  }

  private void attempt(Course course, Fault fault) throws IOException {
    String name = Integer.toString(++attempts);
    Path target = Files.createDirectory(dir.resolve(name)).resolve("target");
    DownloadRequest request =
        course.settings.apply(
            DownloadRequest.of(origin.uri(course.path + "?" + name), disk.path(target)));
    prepare(course.before, request, target);
    disk.failing(fault);
    Signal<DownloadResult> end = engine.download(request).materialize().block(Torture.LIMIT);
    disk.failing((operation, path) -> {});
    disk.shortTransfers(Integer.MAX_VALUE);
    if (end.hasValue()) {
      assertHolds(target, course.file);
      torture.count("succeeded");
    } else {
      assertThat(end.getThrowable()).isInstanceOfAny(FileAccess.class, DiskFull.class);
      if (course.before == Before.ANOTHER_FILE) {
        assertHolds(target, THEIRS);
        Files.delete(target);
      }
      torture.count(end.getThrowable().getClass().getSimpleName());
    }
    // What could not be deleted, or not be told from somebody else's file, and what was there
    // before and was not reached, is all that may be.
    if (!fault.failed.contains(Operation.DELETE) && !fault.keepsFailing(Operation.INSPECT)) {
      assertLeft(end.hasValue(), course.before == Before.ABANDONED_PART, target);
    }
    if (!end.hasValue()) {
      engine.download(request).block(Torture.LIMIT);
      assertHolds(target, course.file);
      Leftovers.assertOnly(target);
    }
    Leftovers.delete(target.getParent());
  }

  private static void assertLeft(boolean whole, boolean abandoned, Path target) throws IOException {
    if (whole) {
      Leftovers.assertOnly(target);
    } else if (!abandoned) {
      Leftovers.assertNoneOrResumable(target);
    }
  }

  private void prepare(Before before, DownloadRequest request, Path target) throws IOException {
    switch (before) {
      case NOTHING -> {}
      case ABANDONED_PART -> Files.writeString(target.resolveSibling(PART), "abandoned");
      case ANOTHER_FILE -> Files.write(target, THEIRS.bytes());
      case EARLIER_RUN -> {
        DownloadRequest cut = request.withConnections(1).withHeader(CUT, "yes");
        engine.download(cut).onErrorComplete().block(Torture.LIMIT);
        assertThat(target.resolveSibling(PART)).exists();
      }
    }
  }

  /** The nth of some operations fails. */
  private final class Fault implements ScriptedDisk.Fault {

    private final Kind kind;
    private final int n;
    private final Set<Operation> operations;

    // Guarded by this.
    private final Set<Operation> failed = EnumSet.noneOf(Operation.class);
    private int seen;

    Fault(Kind kind, int n, Set<Operation> operations) {
      this.kind = kind;
      this.n = n;
      this.operations = operations;
    }

    @Override
    public synchronized void before(Operation operation, Path path) throws IOException {
      if (!operations.contains(operation) || ++seen < n) {
        return;
      }
      if (kind == Kind.MOVES_LITTLE) {
        disk.shortTransfers(seen == n ? 1 : Integer.MAX_VALUE);
      } else if (seen == n || kind != Kind.FAILS_ONCE) {
        failed.add(operation);
        throw new IOException(kind.words);
      }
    }

    synchronized boolean keepsFailing(Operation operation) {
      return kind != Kind.FAILS_ONCE && failed.contains(operation);
    }

    synchronized boolean met() {
      return seen >= n;
    }

    @Override
    public synchronized String toString() {
      return "operation %d %s (%s)".formatted(n, kind, failed);
    }
  }
}
