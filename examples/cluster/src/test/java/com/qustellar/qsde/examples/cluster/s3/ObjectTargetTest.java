package com.qustellar.qsde.examples.cluster.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.target.Stored;
import com.qustellar.qsde.examples.cluster.testing.TestStore;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Files become objects, in one part or several; what is not allowed is refused in words. */
class ObjectTargetTest extends ObjectTargetTestBase {

  @Test
  void writesAFileOfOnePartAtOnce() {
    Stored stored = stored(job("/small", "a"));

    assertThat(stored)
        .isEqualTo(
            new Stored(
                SMALL.length(),
                SMALL.length(),
                Checksum.parse("sha256:" + SMALL.sha256()),
                false,
                0));
    assertThat(store.bytes("in/a")).isEqualTo(SMALL.bytes());
    assertThat(head("a").metadata()).containsEntry(Found.DIGEST, "sha256:" + SMALL.sha256());
    assertThat(store.requests("PUT")).isOne();
    assertThat(store.requests("POST")).isZero();
  }

  @Test
  void writesALargeFileInParts() {
    Stored stored = stored(expecting(job("/large", "a"), LARGE));

    assertThat(stored.bytes()).isEqualTo(LARGE.length());
    assertThat(store.bytes("in/a")).isEqualTo(LARGE.bytes());
    assertThat(head("a").metadata()).containsEntry(Found.DIGEST, "sha256:" + LARGE.sha256());
    assertThat(store.requests("PUT ")).isEqualTo(3);
    assertThat(store.uploads()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"/small,1,0", "/large,3,2", "/empty,1,0"})
  void writesWhatHasNoKnownLength(String path, int puts, int posts) {
    origin.on(path).answer(reply -> reply.chunked());

    Stored stored = stored(job(path, "a"));

    assertThat(store.bytes("in/a")).hasSize((int) stored.bytes());
    assertThat(stored.checksum()).isNotNull();
    assertThat(store.requests("PUT ")).isEqualTo(puts);
    assertThat(store.requests("POST ")).isEqualTo(posts);
  }

  @Test
  void sendsAPartAgainThatTheStoreFailedToTake() {
    store.on("PUT partNumber=2", TestStore.once(TestStore.status(503)));

    stored(job("/large", "a"));

    assertThat(store.requests("PUT partNumber=2")).isEqualTo(2);
    assertThat(store.bytes("in/a")).isEqualTo(LARGE.bytes());
  }

  @Test
  void readsNoFurtherThanTheStoreTakes() {
    Body huge = Body.random(3, 200 << 20);
    origin.serve("/huge", huge);
    CountDownLatch held = new CountDownLatch(1);
    store.on("PUT", TestStore.hold(held));
    Disposable running = store(job("/huge", "a")).subscribe();
    await(() -> store.requests("PUT") == ObjectTarget.PARTS_IN_FLIGHT);

    long most = ObjectTarget.PARTS_IN_FLIGHT * PartSizes.SHORTEST + (48 << 20);
    assertThat(sent()).isLessThan(most);
    Mono.delay(Duration.ofMillis(500)).block();
    assertThat(sent()).isLessThan(most);
    running.dispose();
    held.countDown();
  }

  private long sent() {
    return origin.requests().stream().mapToLong(RecordedRequest::bodyBytesSent).sum();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"s3://elsewhere/in/a", "s3://%s/out/a", "s3://%s/in/../out/a", "s3://%s/inside"})
  void refusesWhatIsNotAllowed(String place) {
    String to = place.formatted(store.bucket());
    assertThat(target.accepts(to)).isTrue();
    assertThat(failure(Job.of("id", origin.uri("/small"), to)))
        .isInstanceOfSatisfying(
            FileAccess.class, e -> assertThat(e.reason()).isEqualTo(Reason.NAME_REFUSED));
    assertThat(origin.requests()).isEmpty();
    assertThat(store.requests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a b", "ä/ö/ü", "50%", "%2F", "a+b", "what?x=1&y", "#1", "日本/🚀", "'\"<>&;=@:,$"})
  void takesOddKeys(String key) {
    stored(job("/small", key));

    assertThat(store.bytes("in/" + key)).isEqualTo(SMALL.bytes());
    assertThat(stored(job("/small", key)).alreadyThere()).isTrue();
  }

  @Test
  void tellsWhichBucketIsMissing() {
    ObjectTarget other =
        new ObjectTarget(
            TestStore.newClient(),
            engine,
            List.of(Allowed.parse("s3://missing")),
            PartSizes.SHORTEST);
    Job job = Job.of("id", origin.uri("/small"), "s3://missing/a");

    assertThat(failure(other.store(job, job.request())))
        .isInstanceOfSatisfying(
            FileAccess.class, e -> assertThat(e.reason()).isEqualTo(Reason.NO_DIRECTORY));
    other.closeLater().block(PATIENCE);
  }

  @ParameterizedTest
  @CsvSource({"AccessDenied, NO_PERMISSION", "ExpiredToken, IO", "SlowDown, IO"})
  void tellsWhatTheStoreRefuses(String code, Reason reason) {
    store.on("PUT", TestStore.error(403, code));

    assertThat(failure(job("/small", "a")))
        .isInstanceOfSatisfying(FileAccess.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
