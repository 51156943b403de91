package com.qustellar.qsde.reactor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The bytes of a file as a stream. */
class StreamTest extends EngineTestBase {

  private static final Body BODY = Body.random(7, 9 * SEGMENT + 321);

  private DownloadRequest streamed() {
    return DownloadRequest.of(origin.uri("/file"));
  }

  /** Returns how many bytes streams hold for their subscribers. */
  private long held() {
    return ((NettyDownloadEngine) engine).streamMemory().held();
  }

  private static byte[] bytes(Flux<ByteBuffer> stream) {
    return collected(stream).block(LIMIT);
  }

  private static Mono<byte[]> collected(Flux<ByteBuffer> stream) {
    return stream
        .reduceWith(
            ByteArrayOutputStream::new,
            (all, buffer) -> {
              all.write(
                  buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
              return all;
            })
        .map(ByteArrayOutputStream::toByteArray);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 20 * SEGMENT + 5})
  void theBytesComeInOrder(int size) {
    Body body = Body.random(size, size);
    origin.serve("/file", body);
    assertThat(bytes(engine.stream(streamed()))).isEqualTo(body.bytes());
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

  // ---- what breaks is not seen

  @Test
  void aResetAfterTheFirstByteIsNotSeen() {
    origin.serve("/file", BODY);
    origin
        .on("/file")
        .answer((request, reply) -> breaksOnce(request.header("Range").orElseThrow(), reply));
    DownloadRequest request = streamed().withChecksum("sha256:" + BODY.sha256());
    assertThat(bytes(engine.stream(request))).isEqualTo(BODY.bytes());
    assertThat(bytesSent()).isGreaterThanOrEqualTo(BODY.length());
  }

  /** The rest of a segment does not begin at a multiple of its size. */
  private static Reply breaksOnce(String range, Reply reply) {
    long from = Long.parseLong(range.substring("bytes=".length(), range.indexOf('-')));
    return from % SEGMENT == 0 ? reply.resetAfter(20_000) : reply;
  }

  @Test
  void aBodyWithoutRangesGoesOnWhereItBrokeIfItsVersionHasAName() {
    origin.serve("/file", Resource.of(BODY).withoutRanges().withEtag("\"one\""));
    origin.on("/file").request(1).resetAfter(100_000);
    assertThat(bytes(engine.stream(streamed()))).isEqualTo(BODY.bytes());
  }

  @Test
  void aBodyThatNothingNamesFailsWhereItBroke() {
    origin.serve("/file", Resource.of(BODY).withoutRanges().withoutValidators());
    origin.on("/file").request(1).resetAfter(100_000);
    assertThatThrownBy(() -> bytes(engine.stream(streamed())))
        .isInstanceOf(DownloadException.InvalidResponse.class);
  }

  @Test
  void rangesThatAreRefusedLaterLeaveOneStream() {
    origin.serve("/file", Resource.of(BODY).withEtag("\"one\""));
    origin.on("/file").requestsFrom(3).serve(Resource.of(BODY).withEtag("\"one\"").withoutRanges());
    assertThat(bytes(engine.stream(streamed()))).isEqualTo(BODY.bytes());
  }

  @Test
  void aFileThatChangesMeanwhileFailsTheStream() {
    origin.serve("/file", Resource.of(BODY).withEtag("\"one\""));
    origin
        .on("/file")
        .requestsFrom(3)
        .serve(Resource.of(Body.random(8, BODY.length())).withEtag("\"two\""));
    assertThatThrownBy(() -> bytes(engine.stream(streamed())))
        .isInstanceOf(DownloadException.SourceChanged.class);
  }

  @Test
  void aSignedTargetMayExpireInBetween() {
    origin.serve("/signed/1", BODY);
    origin.serve("/signed/2", BODY);
    origin.serve("/signed/3", BODY);
    origin.on("/file").request(1).answer(Reply.redirect(302, "/signed/1"));
    origin.on("/file").request(2).answer(Reply.redirect(302, "/signed/2"));
    origin.on("/file").requestsFrom(3).answer(Reply.redirect(302, "/signed/3"));
    origin.on("/signed/1").requestsFrom(3).answer(Reply.status(403));
    origin.on("/signed/2").requestsFrom(3).answer(Reply.status(403));
    DownloadRequest request = streamed().withConnections(1).withChecksum("sha256:" + BODY.sha256());
    assertThat(bytes(engine.stream(request))).isEqualTo(BODY.bytes());
    assertThat(origin.requests("/file")).hasSize(3);
  }

  /** Its connections break every 2 MiB, and its address expires twice. */
  @Test
  void aLongStreamSurvivesALinkThatNeverHolds() {
    Body large = Body.random(11, 64L << 20);
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger signed = new AtomicInteger();
    Set<String> used = ConcurrentHashMap.newKeySet();
    IntSupplier good = () -> Math.min(3, 1 + answered.get() / 20);
    origin.serve("/signed", large);
    origin
        .on("/file")
        .answer(
            (request, reply) ->
                Reply.redirect(
                    302, "/signed?id=" + signed.incrementAndGet() + "&number=" + good.getAsInt()));
    origin
        .on("/signed")
        .answer(
            (request, reply) -> {
              String target = request.target();
              answered.incrementAndGet();
              // However long the client was kept from it: what was just signed is good once.
              return used.add(target) || target.charAt(target.length() - 1) - '0' >= good.getAsInt()
                  ? reply.resetAfter(2 << 20)
                  : Reply.status(403);
            });
    use(DownloadEngine.builder().retryPolicy(QUICK));
    StreamMemory memory = ((NettyDownloadEngine) engine).streamMemory();
    MessageDigest digest = HashAlgorithm.SHA256.newDigest();
    AtomicLong most = new AtomicLong();
    DownloadRequest request = streamed().withChecksum("sha256:" + large.sha256());
    engine.stream(request)
        .doOnNext(
            bytes -> {
              most.accumulateAndGet(memory.held(), Math::max);
              digest.update(bytes);
            })
        .blockLast(LIMIT);
    assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(large.sha256());
    assertThat(origin.requests("/file")).hasSizeGreaterThanOrEqualTo(3);
    assertThat(most.get()).isLessThanOrEqualTo(40L << 20);
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

  // ---- as many as are asked for

  @Test
  void noMoreIsReadThanTheWindowHolds() {
    Body large = Body.random(3, 64L << 20);
    origin.serve("/file", large);
    use(builder().limits(limits().withMemoryBudget(2 << 20)));
    BaseSubscriber<ByteBuffer> slow = new Counting(1);
    engine.stream(streamed()).subscribe(slow);
    long window = (1 << 20) + 2 * SEGMENT;
    await(() -> bytesSent() >= 1 << 20);
    assertThat(bytesSent()).isLessThanOrEqualTo(window);
    slow.cancel();
  }

  @Test
  void aBodyWithoutRangesWaitsForItsReader() {
    Body large = Body.random(3, 64L << 20);
    origin.serve("/file", Resource.of(large).withoutRanges());
    Counting slow = new Counting(1);
    engine.stream(streamed()).subscribe(slow);
    await(() -> slow.buffers.get() == 1);
    assertThat(held()).isLessThanOrEqualTo(1 << 20);
    assertThat(bytesSent()).isLessThan(large.length() / 2);
    slow.cancel();
  }

  @Test
  void asleepSubscribersLeaveRoomForOthers() {
    Body large = Body.random(3, 64L << 20);
    origin.serve("/file", large);
    origin.serve("/other", BODY);
    use(builder().limits(limits().withMemoryBudget(1 << 20).withMaxConcurrentDownloads(10)));
    List<Counting> asleep = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Counting sleeper = new Counting(1);
      engine.stream(streamed()).subscribe(sleeper);
      asleep.add(sleeper);
    }
    await(() -> asleep.stream().allMatch(sleeper -> sleeper.buffers.get() == 1));
    assertThat(get(request("/other")).bytes()).isEqualTo(BODY.length());
    asleep.forEach(BaseSubscriber::cancel);
  }

  /** Asks for so many, and no more. */
  private static final class Counting extends BaseSubscriber<ByteBuffer> {
    private final int wanted;
    private final AtomicInteger buffers = new AtomicInteger();

    Counting(int wanted) {
      this.wanted = wanted;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      subscription.request(wanted);
    }

    @Override
    protected void hookOnError(Throwable thrown) {
      // The engine is closed before it has read all.
    }

    @Override
    protected void hookOnNext(ByteBuffer value) {
      buffers.incrementAndGet();
    }
  }

  @Test
  void aSubscriberThatAsksForNothingAtAllIsAnError() {
    origin.serve("/file", BODY);
    AtomicReference<Throwable> error = new AtomicReference<>();
    engine.stream(streamed())
        .subscribe(
            new org.reactivestreams.Subscriber<>() {
              @Override
              public void onSubscribe(Subscription subscription) {
                subscription.request(-1);
              }

              @Override
              public void onNext(ByteBuffer bytes) {}

              @Override
              public void onError(Throwable thrown) {
                error.set(thrown);
              }

              @Override
              public void onComplete() {}
            });
    await(() -> error.get() != null);
    assertThat(error.get()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1");
  }

  @Test
  void aByteAtATimeTakesNoObjectEach() {
    StreamMemory memory = new StreamMemory(() -> Long.MAX_VALUE, () -> {});
    StreamWindow window = new StreamWindow(Runnable::run, memory, bytes -> {}, () -> {}, () -> {});
    byte[] sent = Body.random(5, 10_000).bytes();
    for (int i = 0; i < sent.length; i++) {
      window.put(i, ByteBuffer.wrap(sent, i, 1).slice(), StreamWindow.NOBODY);
    }
    Counting reader = new Counting(Integer.MAX_VALUE);
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    window
        .doOnNext(bytes -> read.write(bytes.array(), bytes.arrayOffset(), bytes.remaining()))
        .subscribe(reader);
    assertThat(read.toByteArray()).isEqualTo(sent);
    assertThat(reader.buffers.get()).isLessThan(6);
    assertThat(memory.held()).isZero();
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

  // ---- with what is known before the first byte

  @Test
  void whatIsKnownComesBeforeTheFirstByte() {
    origin.serve("/file", Resource.of(BODY).withEtag("\"one\""));
    origin
        .on("/file")
        .answer(
            reply ->
                reply
                    .header("Content-Type", "text/plain; charset=utf-8")
                    .header("Content-Disposition", "attachment; filename=\"../a.txt\""));
    Flux<Object> both =
        engine.stream(streamed(), (info, body) -> Flux.concat(Mono.just(info), collected(body)));
    List<Object> seen = both.collectList().block(LIMIT);
    assertThat(seen.get(0))
        .isInstanceOfSatisfying(
            StreamInfo.class,
            info -> {
              assertThat(info.totalBytes()).hasValue(BODY.length());
              assertThat(info.contentType()).isEqualTo("text/plain; charset=utf-8");
              assertThat(info.contentEncoding()).isNull();
              assertThat(info.fileName()).isEqualTo("a.txt");
              assertThat(info.etag()).isEqualTo("\"one\"");
              assertThat(info.finalUri()).isEqualTo(origin.uri("/file"));
            });
    assertThat((byte[]) seen.get(1)).isEqualTo(BODY.bytes());
  }

  @Test
  void theCodingOfABodyThatWasNotToHaveOneIsKnown() {
    origin.serve("/file", Resource.of(BODY).withEtag("\"one\""));
    origin.on("/file").answer(reply -> reply.header("Content-Encoding", "gzip"));
    String coding =
        engine.stream(streamed(), (info, body) -> Mono.justOrEmpty(info.contentEncoding()))
            .blockLast(LIMIT);
    assertThat(coding).isEqualTo("gzip");
  }

  @Test
  void aFailureBeforeTheFirstByteNeedsNoMapper() {
    origin.on("/file").answer(Reply.status(404));
    assertThatThrownBy(() -> engine.stream(streamed(), (info, body) -> body).blockLast(LIMIT))
        .isInstanceOf(DownloadException.HttpStatus.class);
  }

  @Test
  void aMapperThatDoesNotWantTheBodyEndsTheDownload() {
    origin.serve("/file", Body.random(3, 64L << 20));
    Long length =
        engine.stream(streamed(), (info, body) -> Mono.just(info.totalBytes().orElseThrow()))
            .blockLast(LIMIT);
    assertThat(length).isEqualTo(64L << 20);
    await(() -> engine.downloads().isEmpty() && held() == 0);
  }

  @Test
  void aMapperMayFail() {
    origin.serve("/file", BODY);
    Flux<String> failing =
        engine.stream(
            streamed(),
            (info, body) -> {
              throw new IllegalStateException("no");
            });
    assertThatThrownBy(() -> failing.blockLast(LIMIT)).hasMessage("no");
    await(() -> engine.downloads().isEmpty() && held() == 0);
  }

  @Test
  void aBodyHasOneSubscriber() {
    origin.serve("/file", BODY);
    Flux<byte[]> twice =
        engine.stream(streamed(), (info, body) -> Flux.concat(collected(body), collected(body)));
    assertThatThrownBy(() -> twice.blockLast(LIMIT)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void textIsTextWhereverItIsCut() {
    String text = "Übergrößenträger ".repeat(10_000);
    origin.serve("/file", Body.of(text));
    assertThat(new String(bytes(engine.stream(streamed())), UTF_8)).isEqualTo(text);
  }

  @Test
  void aStreamIsListedAndItsPauseIsItsReaders() {
    origin.serve("/file", Body.random(3, 64L << 20));
    use(
        builder()
            .limits(
                limits()
                    .withMaxConcurrentDownloads(1)
                    .withMemoryBudget(Limits.defaults().memoryBudget())));
    Counting reader = new Counting(1);
    engine.stream(streamed().withId("it")).subscribe(reader);
    await(() -> reader.buffers.get() == 1);
    Download listed = engine.find("it").orElseThrow();
    assertThat(listed.latest().fileName()).isEqualTo("file");
    listed.pause();
    reader.request(1);
    await(() -> reader.buffers.get() == 2);
    listed.dispose();
    await(() -> reader.isDisposed());
  }
}
