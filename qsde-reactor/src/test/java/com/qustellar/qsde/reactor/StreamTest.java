package com.qustellar.qsde.reactor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The bytes of a file as a stream. */
class StreamTest extends StreamTestBase {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 20 * SEGMENT + 5})
  void theBytesComeInOrder(int size) {
    Body body = Body.random(size, size);
    origin.serve("/file", body);
    assertThat(bytes(engine.stream(streamed()))).isEqualTo(body.bytes());
  }

  @Test
  void textIsTextWhereverItIsCut() {
    String text = "Übergrößenträger ".repeat(10_000);
    origin.serve("/file", Body.of(text));
    assertThat(new String(bytes(engine.stream(streamed())), UTF_8)).isEqualTo(text);
  }

  @Test
  void severalConnectionsBringIt() {
    origin.serve("/file", BODY);
    bytes(engine.stream(streamed().withConnections(4)));
    assertThat(origin.requests()).hasSize(9);
  }

  @Test
  void aStreamIsColdAndEachSubscriptionADownload() {
    origin.serve("/file", BODY);
    Flux<ByteBuffer> stream = engine.stream(streamed());
    assertThat(origin.requests()).isEmpty();
    assertThat(bytes(stream)).isEqualTo(BODY.bytes());
    int once = origin.requests().size();
    assertThat(bytes(stream)).isEqualTo(BODY.bytes());
    assertThat(origin.requests()).hasSize(2 * once);
  }

  // ---- verified

  @Test
  void aWrongDigestIsTheErrorInPlaceOfTheCompletion() {
    origin.serve("/file", BODY);
    DownloadRequest request = streamed().withChecksum("sha256:" + Body.random(0, 10).sha256());
    List<Integer> lengths = new ArrayList<>();
    StepVerifier.create(engine.stream(request).doOnNext(b -> lengths.add(b.remaining())))
        .thenConsumeWhile(buffer -> true)
        .expectError(DownloadException.ChecksumMismatch.class)
        .verify(LIMIT);
    assertThat(lengths.stream().mapToInt(n -> n).sum()).isEqualTo(BODY.length());
  }

  @Test
  void theBuffersAreTheSubscribersOwn() {
    origin.serve("/file", BODY);
    DownloadRequest request = streamed().withChecksum("sha256:" + BODY.sha256());
    Long spoilt =
        engine.stream(request)
            .map(
                buffer -> {
                  long length = buffer.remaining();
                  while (buffer.hasRemaining()) {
                    buffer.put((byte) 0);
                  }
                  return length;
                })
            .reduce(0L, Long::sum)
            .block(LIMIT);
    assertThat(spoilt).isEqualTo(BODY.length());
  }

  @Test
  void theEndOfAStreamIsTold() {
    origin.serve("/file", BODY);
    AtomicReference<DownloadOutcome> told = new AtomicReference<>();
    engine.outcomes().subscribe(told::set);
    bytes(engine.stream(streamed().withComputedChecksum(HashAlgorithm.MD5)));
    await(() -> told.get() != null);
    assertThat(told.get())
        .isInstanceOfSatisfying(
            DownloadOutcome.Completed.class,
            done -> {
              assertThat(done.result().bytes()).isEqualTo(BODY.length());
              assertThat(done.result().checksum().hex()).isEqualTo(BODY.digest("MD5"));
              assertThat(done.result().target().toString()).isEmpty();
            });
  }

  @Test
  void moreBytesThanAreAllowedAreNotSent() {
    origin.serve("/file", Resource.of(BODY).withoutRanges());
    origin.on("/file").answer(Reply::chunked);
    List<Integer> lengths = new ArrayList<>();
    StepVerifier.create(
            engine.stream(streamed().withMaxBytes(100_000))
                .doOnNext(buffer -> lengths.add(buffer.remaining())))
        .thenConsumeWhile(buffer -> true)
        .expectError(DownloadException.TooLarge.class)
        .verify(LIMIT);
    assertThat(lengths.stream().mapToInt(n -> n).sum()).isLessThanOrEqualTo(100_000);
  }

  // ---- cancelled

  @Test
  void takingAFewBuffersEndsTheDownload() {
    origin.serve("/file", Body.random(3, 64L << 20));
    assertThat(engine.stream(streamed()).take(3).count().block(LIMIT)).isEqualTo(3);
    await(() -> engine.downloads().isEmpty() && held() == 0);
  }

  @Test
  void cancelAllFailsAStream() {
    CountDownLatch latch = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(1000, latch));
    Mono<byte[]> all = collected(engine.stream(streamed()).doOnNext(first -> engine.cancelAll()));
    assertThatThrownBy(() -> all.block(LIMIT)).isInstanceOf(DownloadException.Cancelled.class);
    latch.countDown();
  }

  @Test
  void aClosedEngineFailsAStream() {
    engine.close();
    assertThatThrownBy(() -> bytes(engine.stream(streamed())))
        .isInstanceOf(DownloadException.Cancelled.class);
  }
}
