package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.testing.KeepsPartFiles;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/** Who reads a stream, or makes something of it, throws: it hears of that, and the stream ends. */
@KeepsPartFiles
class MisbehavingReaderTest extends MisbehavingCodeTestBase {

  private DownloadRequest source() {
    origin.serve("/file", BODY);
    return DownloadRequest.of(origin.uri("/file"));
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aSubscriberOfAStreamHearsWhatItHasThrown(Throwable thrown) {
    DownloadRequest request = source();
    assertTold(thrown, () -> engine.stream(request).map(throwing(thrown)).blockLast(LIMIT));
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aMapperOfAStreamThatThrowsEndsIt(Throwable thrown) {
    DownloadRequest request = source();
    assertTold(
        thrown,
        () ->
            engine.stream(
                    request,
                    (info, body) -> {
                      throw raised(thrown);
                    })
                .blockLast(LIMIT));
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void whatAMapperHasMadeMayThrowAsWell(Throwable thrown) {
    DownloadRequest request = source();
    List<Flux<Object>> all =
        List.of(
            engine.stream(request, (info, body) -> body.map(throwing(thrown))),
            engine.stream(
                request,
                (info, body) ->
                    Flux.defer(
                        () -> {
                          throw raised(thrown);
                        })),
            engine.stream(
                request,
                (info, body) ->
                    subscriber -> {
                      throw raised(thrown);
                    }),
            engine.stream(
                request,
                (info, body) ->
                    body.doOnSubscribe(
                        s -> {
                          throw raised(thrown);
                        })),
            engine.stream(
                request,
                (info, body) ->
                    Flux.generate(
                        sink -> {
                          throw raised(thrown);
                        })));
    for (Flux<Object> stream : all) {
      assertTold(thrown, () -> stream.blockLast(LIMIT));
      await(() -> engine.downloads().isEmpty());
    }
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void aStreamEndsWhoseSubscriberThrowsBeforeItsFirstByte(Throwable thrown) {
    DownloadRequest request = source();
    AtomicReference<Throwable> told = new AtomicReference<>();
    Throwable atOnce =
        catchThrowable(
            () ->
                engine.stream(request)
                    .subscribe(
                        new BaseSubscriber<>() {
                          @Override
                          protected void hookOnSubscribe(Subscription subscription) {
                            throw raised(thrown);
                          }

                          @Override
                          protected void hookOnError(Throwable failure) {
                            told.set(failure);
                          }
                        }));
    assertThat(atOnce == null ? told.get() : atOnce).isSameAs(thrown);
    await(() -> engine.downloads().isEmpty());
  }
}
