package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.reactor.testing.ScriptedDisk;
import com.qustellar.qsde.reactor.testing.ScriptedDisk.Operation;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Downloads of one target after each other: what is done to one of them is not done to the next.
 */
class SuccessorTest extends ResumeTestBase {

  private final ScriptedDisk disk = new ScriptedDisk();
  private final AtomicBoolean stalling = new AtomicBoolean(true);

  @BeforeEach
  void serve() {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .where(asked -> stalling.get() && asked(asked).endExclusive() >= BODY.length())
        .answer(reply -> reply.stallAfter(10, never));
  }

  private DownloadRequest request() {
    return DownloadRequest.of(origin.uri("/file"), disk.path(target()));
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
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
    Download first = engine.submit(request());
    awaitUninterruptibly(named);
    first.dispose();
    Download next = engine.submit(request().withChecksum("sha256:" + BODY.sha256()));
    await(() -> next.latest().state() == DownloadState.CONNECTING || next.isDisposed());
    // Its look at the target is the only other task of the threads for files.
    ((NettyDownloadEngine) engine).io().call(() -> 0).block(LIMIT);
    waited.countDown();
    assertThat(next.result().block(LIMIT).segments()).isZero();
    assertHolds(target(), BODY);
  }
}
