package com.qustellar.qsde.reactor;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.testing.Body;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The file of an origin as a stream. */
abstract class StreamTestBase extends EngineTestBase {

  static final Body BODY = Body.random(7, 9 * SEGMENT + 321);

  DownloadRequest streamed() {
    return DownloadRequest.of(origin.uri("/file"));
  }

  /** Returns how many bytes streams hold for their subscribers. */
  long held() {
    return ((NettyDownloadEngine) engine).streamMemory().held();
  }

  static byte[] bytes(Flux<ByteBuffer> stream) {
    return collected(stream).block(LIMIT);
  }

  static Mono<byte[]> collected(Flux<ByteBuffer> stream) {
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

  /** Asks for so many, and no more. */
  static final class Counting extends BaseSubscriber<ByteBuffer> {
    private final int wanted;
    final AtomicInteger buffers = new AtomicInteger();

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
}
