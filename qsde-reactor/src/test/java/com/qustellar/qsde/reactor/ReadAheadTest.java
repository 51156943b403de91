package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.util.context.Context;

class ReadAheadTest {

  private final List<Long> demand = new ArrayList<>();
  private final List<String> heard = new ArrayList<>();
  private FluxSink<ByteBuf> body;
  private boolean cancelled;

  private final ReadAhead ahead =
      ReadAhead.of(
          Flux.<ByteBuf>create(
                  sink -> {
                    body = sink;
                    sink.onCancel(() -> cancelled = true);
                  },
                  FluxSink.OverflowStrategy.ERROR)
              .doOnRequest(demand::add),
          Context.of("key", "value"));

  private final BaseSubscriber<ByteBuf> taker =
      new BaseSubscriber<>() {
        @Override
        protected void hookOnSubscribe(Subscription subscription) {
          heard.add("subscribed");
        }

        @Override
        protected void hookOnNext(ByteBuf data) {
          heard.add(data.toString(StandardCharsets.US_ASCII));
        }

        @Override
        protected void hookOnComplete() {
          heard.add("complete");
        }

        @Override
        protected void hookOnError(Throwable thrown) {
          heard.add(String.valueOf(thrown.getMessage()));
        }
      };

  @Test
  void theFirstBufferIsAskedForBeforeThereIsATaker() {
    assertThat(demand).containsExactly(1L);
    assertThat(ahead.currentContext().<String>get("key")).isEqualTo("value");
  }

  @Test
  void whatHasComeIsPassedOnToALaterTakerInOrderAndLetGoOf() {
    ByteBuf first = send("first");
    body.complete();
    assertThat(first.refCnt()).isEqualTo(1);

    ahead.subscribe(taker);
    assertThat(heard).containsExactly("subscribed");
    taker.request(1);

    assertThat(heard).containsExactly("subscribed", "first", "complete");
    assertThat(first.refCnt()).isZero();
    assertThat(demand).containsExactly(1L);
  }

  @Test
  void theFirstBufferAnswersTheFirstDemandAndTheOthersAreAskedForOneByOne() {
    ahead.subscribe(taker);
    taker.request(2);
    assertThat(demand).containsExactly(1L);

    send("first");
    assertThat(demand).containsExactly(1L, 1L);
    send("second");
    assertThat(demand).containsExactly(1L, 1L);
    taker.request(1);

    assertThat(demand).containsExactly(1L, 1L, 1L);
    assertThat(heard).containsExactly("subscribed", "first", "second");
  }

  @Test
  void aBodyThatBreaksIsToldAfterWhatCameBefore() {
    send("first");
    body.error(new IOException("broken"));

    ahead.subscribe(taker);
    taker.request(1);

    assertThat(heard).containsExactly("subscribed", "first", "broken");
  }

  @Test
  void anEmptyBodyEndsWithoutDemand() {
    body.complete();

    ahead.subscribe(taker);

    assertThat(heard).containsExactly("subscribed", "complete");
  }

  @Test
  void whatNobodyTakesIsLetGoOfWithTheBody() {
    ByteBuf first = send("first");

    ahead.cancel();

    assertThat(first.refCnt()).isZero();
    assertThat(cancelled).isTrue();
  }

  @Test
  void whatComesAfterACancelStaysTheBodys() {
    ahead.cancel();
    ByteBuf late = Unpooled.copiedBuffer("late", StandardCharsets.US_ASCII);

    ahead.onNext(late);

    assertThat(late.refCnt()).isEqualTo(1);
    late.release();
  }

  /** The connection lets go of a buffer as soon as it has been passed on. */
  private ByteBuf send(String text) {
    ByteBuf data = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    body.next(data);
    data.release();
    return data;
  }
}
