package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.DownloadException.Cancelled;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.reactor.testing.Body;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** Downloads that are left in the middle, for a later one to go on with. */
abstract class ResumeTestBase extends EngineTestBase {

  static final Body BODY = Body.random(1, 6 * SEGMENT + 100);

  /** Three claims of the journal: 4 MiB each at the most. */
  static final Body LARGE = Body.random(2, 12 << 20);

  final CountDownLatch never = new CountDownLatch(1);

  long sentBefore;

  /** Downloads all but the last bytes, and cancels. */
  void leave(DownloadRequest request, Body body) {
    AtomicBoolean leaving = new AtomicBoolean(true);
    AtomicBoolean stalled = new AtomicBoolean();
    int before = origin.requests().size();
    origin
        .on(request.uri().getPath())
        .where(asked -> leaving.get())
        .answer(
            (asked, reply) ->
                // Once only: others take over what such a one holds, but for a little.
                asked(asked).endExclusive() >= body.length() && stalled.compareAndSet(false, true)
                    ? reply.stallAfter(10, never)
                    : reply);
    Download download = engine.submit(request);
    await(
        () ->
            download.latest().totalSegments() > 1
                && download.latest().completedSegments() + 1 == download.latest().totalSegments());
    download.dispose();
    assertThat(download.result().materialize().block(LIMIT).getThrowable())
        .isInstanceOfSatisfying(Cancelled.class, e -> assertThat(e.resumable()).isTrue());
    leaving.set(false);
    assertThat(origin.requests()).hasSizeGreaterThan(before);
    assertDirectoryHolds("target.qsde-part", "target.qsde-journal");
    sentBefore = bytesSent();
  }

  long sentSince() {
    return bytesSent() - sentBefore;
  }

  void assertDone(DownloadResult result, Body body) throws IOException {
    assertHolds(target(), body);
    assertThat(result.bytes()).isEqualTo(body.length());
    assertDirectoryHolds("target");
  }
}
