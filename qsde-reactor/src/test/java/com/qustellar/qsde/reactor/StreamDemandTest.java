package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Limits;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.Resource;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** Subscribers that ask for few buffers at a time, or for none: no more is read than they take. */
class StreamDemandTest extends StreamTestBase {

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
