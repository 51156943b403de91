package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.NetworkSettings;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that is slower than the network slows the network, and is no slow server. */
class BackpressureTest extends EngineTestBase {

  private static final Body BODY = Body.random(1, 5 * SEGMENT + 77);

  private final ScriptedDisk disk = new ScriptedDisk();

  @Override
  Path target() {
    return disk.path(dir.resolve("target"));
  }

  @AfterEach
  void letGo() {
    disk.release();
  }

  private Path realTarget() {
    return dir.resolve("target");
  }

  private DownloadRequest verified(String path, Body body) {
    return request(path).withChecksum("sha256:" + body.sha256());
  }

  /** Invariant of the engine: a slow disk slows the sockets, never fills the heap. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aDiskThatWritesNothingStopsTheSockets(boolean ranged) throws IOException {
    int budget = 1 << 20;
    int connections = 4;
    Body body = Body.random(2, 64 << 20);
    origin.serve("/file", ranged ? Resource.of(body) : Resource.of(body).withoutRanges());
    use(
        builder()
            .network(NetworkSettings.defaults().withStallTimeout(Duration.ofSeconds(1)))
            .limits(
                limits()
                    .withSegmentSize(16 << 20)
                    .withMemoryBudget(budget)
                    .withConnectionsPerDownload(connections)));
    MemoryBudget memory = ((NettyDownloadEngine) engine).budget();
    disk.hold();
    Download download = engine.submit(verified("/file", body));
    // The origin sends until the sockets' buffers are full; then nothing moves any more.
    await(() -> memory.used() > 0);
    awaitStillness(Duration.ofMillis(1600));
    // A read of 256 KiB that was asked for may come on top, for each connection.
    assertThat(memory.used()).isLessThanOrEqualTo(budget + connections * (256L << 10));
    assertThat(bytesSent()).isLessThan(body.length() / 2);
    assertThat(download.latest().retries()).as("a slow disk is no slow server").isZero();
    disk.release();
    download.result().block(LIMIT);
    assertHolds(realTarget(), body);
    assertThat(download.latest().retries()).isZero();
  }

  /** Waits until the origin has sent nothing for so long. */
  private void awaitStillness(Duration quiet) {
    AtomicLong sent = new AtomicLong();
    AtomicLong since = new AtomicLong(System.nanoTime());
    await(
        () -> {
          long now = bytesSent();
          if (sent.getAndSet(now) != now) {
            since.set(System.nanoTime());
          }
          return System.nanoTime() - since.get() > quiet.toNanos();
        });
  }

  /** What is gathered must not wait for room that only it can make. */
  @Test
  void aSmallBudgetIsNoDeadlockForManyConnectionsThatDribble() throws IOException {
    Body body = Body.random(3, 16 << 20);
    origin.serve("/file", body);
    origin.on("/file").answer(reply -> reply.inPiecesOf(20_000));
    use(
        builder()
            .limits(
                limits()
                    .withSegmentSize(1 << 20)
                    .withWriteBufferSize(1 << 20)
                    .withMemoryBudget(1 << 20)
                    .withConnectionsPerDownload(16)));
    get(verified("/file", body));
    assertHolds(realTarget(), body);
  }

  /** What the digest has at hand waits for what comes before it, which needs room. */
  @Test
  void aBudgetThatIsLoweredWhileTheDigestHasMuchAtHandIsNoDeadlock() throws IOException {
    Body body = Body.random(6, 24 << 20);
    CountDownLatch later = new CountDownLatch(1);
    origin.serve("/file", body);
    origin.on("/file").request(1).answer(reply -> reply.stallAfter(100_000, later));
    use(builder().limits(limits().withSegmentSize(1 << 20)));
    MemoryBudget memory = ((NettyDownloadEngine) engine).budget();
    Download download = engine.submit(verified("/file", body).withConnections(4));
    await(() -> memory.used() > (8 << 20));
    engine.updateLimits(limits -> limits.withMemoryBudget(1 << 20));
    later.countDown();
    download.result().block(LIMIT);
    assertHolds(realTarget(), body);
  }

  @Test
  void aBodyThatOnlyWaitsForItsWritesIsNoStall() throws IOException {
    use(builder().network(NetworkSettings.defaults().withStallTimeout(Duration.ofSeconds(1))));
    disk.hold();
    Body body = Body.random(4, 5000);
    origin.serve("/file", Resource.of(body).withoutRanges());
    origin.on("/file").answer(Reply::chunked);
    Download download = engine.submit(request("/file"));
    awaitStillness(Duration.ofMillis(1600));
    disk.release();
    assertThat(download.result().block(LIMIT).retries()).isZero();
    assertHolds(realTarget(), body);
    assertThat(origin.requests()).hasSize(1);
  }

  /** The write ends after its connection was given up for silence: the hole must be noticed. */
  @Test
  void aWriteThatFailsBehindAStallIsNotForgotten() {
    CountDownLatch never = new CountDownLatch(1);
    use(
        builder()
            .network(NetworkSettings.defaults().withStallTimeout(Duration.ofSeconds(1)))
            .limits(limits().withWriteBufferSize(4096)));
    disk.hold();
    disk.failing(
        (operation, path) -> {
          if (operation == Operation.WRITE) {
            throw new IOException("I/O error");
          }
        });
    origin.serve("/file", Body.random(5, SEGMENT + 1));
    origin.on("/file").request(1).answer(reply -> reply.stallAfter(4096, never));
    Download download = engine.submit(request("/file").withConnections(1));
    origin.await(() -> !origin.requests().isEmpty());
    origin.await(() -> origin.openConnections() == 0);
    disk.release();
    Throwable failure = download.result().materialize().block(LIMIT).getThrowable();
    assertThat(failure).isInstanceOf(FileAccess.class);
    assertThat(((FileAccess) failure).reason()).isEqualTo(Reason.IO);
    assertThat(origin.requests()).hasSize(1);
    assertDirectoryHolds();
  }

  /** What is cancelled while its writes are held tells so only when the last has ended. */
  @Test
  void aCancelWaitsForTheWritesInFlight() {
    disk.hold();
    origin.serve("/file", BODY);
    Download download = engine.submit(request("/file").withResume(false));
    await(() -> ((NettyDownloadEngine) engine).budget().used() > 0);
    download.dispose();
    assertThat(download.isDisposed()).isTrue();
    assertThat(download.latest().state().isTerminal()).isFalse();
    assertDirectoryHolds("target.qsde-part");
    disk.release();
    assertThat(download.result().materialize().block(LIMIT).getThrowable())
        .isInstanceOf(DownloadException.Cancelled.class);
    assertDirectoryHolds();
  }
}
