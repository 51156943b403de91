package com.qustellar.qsde.examples.cluster.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException.FileAccess;
import com.qustellar.qsde.DownloadException.FileAccess.Reason;
import com.qustellar.qsde.examples.cluster.job.Job;
import com.qustellar.qsde.examples.cluster.target.Stored;
import com.qustellar.qsde.examples.cluster.testing.TestStore;
import com.qustellar.qsde.reactor.testing.Resource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.core.async.AsyncRequestBody;

/** An object that is there already, by whomever, is found or told of, and never replaced. */
class PresentObjectsTest extends ObjectTargetTestBase {

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

  @Test
  void knowsItsOwnObjectWhereTheAnswerWasLost() {
    Job job = job("/small", "a");
    store.on("PUT", TestStore.once(TestStore.loseAnswer()));

    Stored stored = stored(job);

    assertThat(stored.alreadyThere()).isFalse();
    assertThat(store.requests("PUT")).isEqualTo(2);
    assertThat(store.bytes("in/a")).isEqualTo(SMALL.bytes());
  }

  /** Begins with a job, which waits at a request; none that follows does. */
  private Mono<Stored> heldAt(String request, Job job, CountDownLatch held) {
    store.on(request, TestStore.hold(held));
    Mono<Stored> storing = store(job).cache();
    storing.subscribe();
    await(() -> store.requests(request) == 1);
    store.heal();
    return storing;
  }

  @Test
  void letsTheFirstWholeObjectWin() {
    CountDownLatch held = new CountDownLatch(1);
    Job job = job("/large", "a");
    Mono<Stored> late = heldAt("PUT partNumber=3", job, held);

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
    Job job = job("/small", "a");
    Mono<Stored> late = heldAt("PUT", job, held);
    stored(job);
    held.countDown();

    assertThat(late.block(PATIENCE).alreadyThere()).isTrue();
  }
}
