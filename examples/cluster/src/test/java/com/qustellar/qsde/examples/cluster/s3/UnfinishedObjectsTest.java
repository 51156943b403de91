package com.qustellar.qsde.examples.cluster.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.testing.TestStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;

/**
 * What fails, is cancelled or was left by a killed worker leaves neither an object nor an upload.
 */
class UnfinishedObjectsTest extends ObjectTargetTestBase {

  @ParameterizedTest
  @CsvSource({"/small", "/large"})
  void neverShowsWhatHasAnotherDigest(String path) {
    Job job = job(path, "a").withChecksum(Checksum.parse("sha256:" + "0".repeat(64)));

    assertThat(failure(job)).isInstanceOf(DownloadException.ChecksumMismatch.class);

    assertThat(store.head("in/a")).isEmpty();
    assertThat(store.uploads()).isEmpty();
    assertThat(store.requests("POST uploadId")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST uploads", "PUT partNumber=2", "POST uploadId"})
  void leavesNothingWhereTheStoreFails(String step) {
    store.on(step, TestStore.status(500));

    assertThat(failure(job("/large", "a")))
        .isInstanceOfSatisfying(FileAccess.class, e -> assertThat(e.reason()).isEqualTo(Reason.IO));

    assertThat(store.head("in/a")).isEmpty();
    assertThat(store.uploads()).isEmpty();
  }

  @Test
  void leavesNothingWhereItIsCancelled() {
    CountDownLatch held = new CountDownLatch(1);
    store.on("PUT partNumber=2", TestStore.hold(held));
    Disposable running = store(job("/large", "a")).subscribe();
    await(() -> store.requests("PUT partNumber=2") == 1);
    assertThat(store.uploads()).hasSize(1);

    running.dispose();
    held.countDown();
    target.closeLater().block(PATIENCE);

    assertThat(store.uploads()).isEmpty();
    assertThat(store.head("in/a")).isEmpty();
  }

  @Test
  void abortsAnUploadThatBeginsWhileItIsCancelled() {
    CountDownLatch held = new CountDownLatch(1);
    store.on("POST uploads", TestStore.hold(held));
    Disposable running = store(job("/large", "a")).subscribe();
    await(() -> store.requests("POST uploads") == 1);

    running.dispose();
    held.countDown();

    await(() -> store.requests("DELETE") > 0);
    target.closeLater().block(PATIENCE);
    assertThat(store.uploads()).isEmpty();
  }

  @Test
  void isClosedOnlyOnceWhatBeganIsAborted() {
    CountDownLatch held = new CountDownLatch(1);
    store.on("POST uploads", TestStore.hold(held));
    Disposable running = store(job("/large", "a")).subscribe();
    await(() -> store.requests("POST uploads") == 1);
    running.dispose();
    CompletableFuture<Void> closed = target.closeLater().toFuture();
    assertThat(closed).isNotDone();

    held.countDown();

    assertThat(closed).succeedsWithin(PATIENCE);
    assertThat(store.uploads()).isEmpty();
  }

  @Test
  void abortsWhatAKilledWorkerHasLeft() {
    Job job = job("/large", "a");
    for (String key : List.of("in/a", "in/a-neighbour")) {
      store.client().createMultipartUpload(create -> create.bucket(store.bucket()).key(key)).join();
    }

    stored(job);

    assertThat(store.uploads())
        .extracting(upload -> upload.key())
        .containsExactly("in/a-neighbour");
    target.discard(job("/large", "a-neighbour")).block(PATIENCE);
    assertThat(store.uploads()).isEmpty();
  }
}
