package com.qustellar.qsde.examples.cluster.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.target.Stored;
import com.qustellar.qsde.examples.cluster.testing.TestStore;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** A target in a store of this process, and an origin with files of one part and of three. */
abstract class ObjectTargetTestBase {

  static final Duration PATIENCE = Duration.ofSeconds(20);
  static final Body SMALL = Body.random(1, 100_000);
  static final Body LARGE = Body.random(2, 12 << 20);

  final TestStore store = new TestStore();
  final ScriptedOrigin origin = ScriptedOrigin.start();
  final DownloadEngine engine =
      DownloadEngine.builder().limits(Limits.defaults().withMemoryBudget(8 << 20)).build();
  final ObjectTarget target =
      new ObjectTarget(
          TestStore.newClient(),
          engine,
          List.of(Allowed.parse("s3://" + store.bucket() + "/in")),
          PartSizes.SHORTEST);

  @BeforeEach
  void serve() {
    origin.serve("/small", SMALL);
    origin.serve("/large", LARGE);
    origin.serve("/empty", Body.of(""));
  }

  @AfterEach
  void close() {
    engine.close();
    target.closeLater().block(PATIENCE);
    origin.close();
    store.close();
  }

  Job job(String path, String key) {
    return Job.of("id-" + path + key, origin.uri(path), "s3://" + store.bucket() + "/in/" + key);
  }

  static Job expecting(Job job, Body body) {
    return job.withChecksum(Checksum.parse("sha256:" + body.sha256()));
  }

  Mono<Stored> store(Job job) {
    return target.store(job, job.request());
  }

  Stored stored(Job job) {
    return store(job).block(PATIENCE);
  }

  DownloadException failure(Job job) {
    return failure(store(job));
  }

  static DownloadException failure(Mono<Stored> storing) {
    return (DownloadException)
        storing
            .<Throwable>map(stored -> new AssertionError("stored: " + stored))
            .onErrorResume(Mono::just)
            .block(PATIENCE);
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  HeadObjectResponse head(String key) {
    return store.head("in/" + key).orElseThrow();
  }
}
