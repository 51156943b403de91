package com.qustellar.qsde.examples.cluster.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.target.Stored;
import com.qustellar.qsde.examples.cluster.testing.TestStore;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Resource;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

class ObjectTargetTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Body SMALL = Body.random(1, 100_000);
  private static final Body LARGE = Body.random(2, 12 << 20);

  private final TestStore store = new TestStore();
  private final ScriptedOrigin origin = ScriptedOrigin.start();
  private final DownloadEngine engine =
      DownloadEngine.builder().limits(Limits.defaults().withMemoryBudget(8 << 20)).build();
  private final ObjectTarget target =
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

  private Job job(String path, String key) {
    return Job.of("id-" + path + key, origin.uri(path), "s3://" + store.bucket() + "/in/" + key);
  }

  private static Job expecting(Job job, Body body) {
    return job.withChecksum(Checksum.parse("sha256:" + body.sha256()));
  }

  private Mono<Stored> store(Job job) {
    return target.store(job, job.request());
  }

  private Stored stored(Job job) {
    return store(job).block(PATIENCE);
  }

  private DownloadException failure(Job job) {
    return failure(store(job));
  }

  private static DownloadException failure(Mono<Stored> storing) {
    return (DownloadException)
        storing
            .<Throwable>map(stored -> new AssertionError("stored: " + stored))
            .onErrorResume(Mono::just)
            .block(PATIENCE);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private HeadObjectResponse head(String key) {
    return store.head("in/" + key).orElseThrow();
  }

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

  @ParameterizedTest
  @ValueSource(strings = {"/small", "/large"})
  void findsWhatIsThereByItsDigestAlone(String path) {
    Job job = expecting(job(path, "a"), path.equals("/small") ? SMALL : LARGE);
    stored(job);
    int asked = origin.requests().size();
    int told = store.requests().size();

    Stored again = stored(job);

    assertThat(again.alreadyThere()).isTrue();
    assertThat(again.fetched()).isZero();
    assertThat(again.checksum()).isEqualTo(job.checksum());
    assertThat(origin.requests()).hasSize(asked);
    assertThat(store.requests().subList(told, store.requests().size())).containsExactly("HEAD ");
  }

  @Test
  void findsWhatTheSameRequestHasMade() {
    stored(job("/large", "a"));
    int asked = origin.requests().size();

    assertThat(stored(job("/large", "a")).alreadyThere()).isTrue();
    assertThat(origin.requests()).hasSize(asked);
  }

  @Test
  void asksTheOriginWhereItKnowsNoDigestOfWhatAnotherRequestHasMade() {
    stored(job("/large", "a"));
    Job other = Job.of("other", origin.uri("/large"), job("/large", "a").target());

    assertThat(stored(other).alreadyThere()).isTrue();

    origin.serve("/large", Resource.of(LARGE).withEtag("\"new\""));
    assertThat(failure(other)).isInstanceOf(FileAccess.class).hasMessageContaining("exists");
  }

  @Test
  void readsWhatHasNoDigestBesideIt() {
    stored(job("/large", "a"));
    assertThat(head("a").metadata()).doesNotContainKey(Found.DIGEST);
    int asked = origin.requests().size();
    int told = store.requests().size();

    Stored found = stored(expecting(job("/large", "a"), LARGE));

    assertThat(found)
        .isEqualTo(
            new Stored(LARGE.length(), 0, Checksum.parse("sha256:" + LARGE.sha256()), true, 0));
    assertThat(failure(expecting(job("/large", "a"), SMALL))).hasMessageContaining("exists");
    assertThat(store.requests().subList(told, store.requests().size()))
        .containsExactly("HEAD ", "GET ", "HEAD ", "GET ");
    assertThat(origin.requests()).hasSize(asked);
  }

  @Test
  void neverReplacesAnObject() {
    store
        .client()
        .putObject(
            put -> put.bucket(store.bucket()).key("in/a"), AsyncRequestBody.fromString("theirs"))
        .join();

    for (Job job : List.of(job("/small", "a"), expecting(job("/small", "a"), SMALL))) {
      assertThat(failure(job))
          .isInstanceOfSatisfying(
              FileAccess.class, e -> assertThat(e.reason()).isEqualTo(Reason.EXISTS));
    }
    assertThat(store.bytes("in/a")).asString().isEqualTo("theirs");
  }

  @ParameterizedTest
  @CsvSource({"/small", "/large"})
  void neverShowsWhatHasAnotherDigest(String path) {
    Job job = job(path, "a").withChecksum(Checksum.parse("sha256:" + "0".repeat(64)));

    assertThat(failure(job)).isInstanceOf(DownloadException.ChecksumMismatch.class);

    assertThat(store.head("in/a")).isEmpty();
    assertThat(store.uploads()).isEmpty();
    assertThat(store.requests("POST uploadId")).isZero();
  }

  @Test
  void sendsAPartAgainThatTheStoreFailedToTake() {
    store.on("PUT partNumber=2", TestStore.once(TestStore.status(503)));

    stored(job("/large", "a"));

    assertThat(store.requests("PUT partNumber=2")).isEqualTo(2);
    assertThat(store.bytes("in/a")).isEqualTo(LARGE.bytes());
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
  void knowsItsOwnObjectWhereTheAnswerWasLost() {
    Job job = job("/small", "a");
    store.on("PUT", TestStore.once(TestStore.loseAnswer()));

    Stored stored = stored(job);

    assertThat(stored.alreadyThere()).isFalse();
    assertThat(store.requests("PUT")).isEqualTo(2);
    assertThat(store.bytes("in/a")).isEqualTo(SMALL.bytes());
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
  void letsTheFirstWholeObjectWin() {
    CountDownLatch held = new CountDownLatch(1);
    store.on("PUT partNumber=3", TestStore.hold(held));
    Job job = job("/large", "a");
    Mono<Stored> late = store(job).cache();
    late.subscribe();
    await(() -> store.requests("PUT partNumber=3") == 1);
    store.heal();

    Stored first = stored(job);
    held.countDown();
    Stored second = late.block(PATIENCE);

    assertThat(first.alreadyThere()).isFalse();
    assertThat(second.alreadyThere()).isTrue();
    assertThat(store.bytes("in/a")).isEqualTo(LARGE.bytes());
    assertThat(store.uploads()).isEmpty();
  }

  @Test
  void findsThatAnotherWasFasterWithASmallFile() {
    CountDownLatch held = new CountDownLatch(1);
    store.on("PUT", TestStore.hold(held));
    Job job = job("/small", "a");
    Mono<Stored> late = store(job).cache();
    late.subscribe();
    await(() -> store.requests("PUT") == 1);
    store.heal();
    stored(job);
    held.countDown();

    assertThat(late.block(PATIENCE).alreadyThere()).isTrue();
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
