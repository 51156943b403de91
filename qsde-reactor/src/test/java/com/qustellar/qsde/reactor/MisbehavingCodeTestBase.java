package com.qustellar.qsde.reactor;

import static com.qustellar.qsde.reactor.testing.FileAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.reactor.testing.Body;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import reactor.core.Exceptions;
import reactor.core.scheduler.Schedulers;

/**
 * What users' code throws, errors of the JVM among it, which Reactor does not tell as it tells
 * others: the download ends, whoever waits for it hears, and the engine goes on.
 */
abstract class MisbehavingCodeTestBase extends EngineTestBase {

  static final Body BODY = Body.random(1, 4 * SEGMENT);

  /** Reactor writes to its log what it takes for the end of the JVM, and so on threads that may. */
  @BeforeEach
  void tellWhereLogsMayBeWritten() {
    use(builder().scheduler(Schedulers.boundedElastic()));
  }

  static Stream<Throwable> thrown() {
    return Stream.of(
        new StackOverflowError("on purpose"),
        new NoClassDefFoundError("on purpose"),
        new AssertionError("on purpose"),
        new IllegalStateException("on purpose"));
  }

  /** Throws an error; an exception is the caller's to throw. */
  static RuntimeException raised(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return (RuntimeException) thrown;
  }

  static <T> Function<T, Object> throwing(Throwable thrown) {
    return given -> {
      throw raised(thrown);
    };
  }

  /** Reactor wraps what is no runtime exception, for who blocks. */
  static void assertTold(Throwable thrown, ThrowingCallable waiting) {
    assertThat(Exceptions.unwrap(catchThrowable(waiting))).isSameAs(thrown);
  }

  /** The file comes as far as it takes to be under way, and no further. */
  void neverEnds() {
    CountDownLatch never = new CountDownLatch(1);
    origin.serve("/file", BODY);
    origin.on("/file").answer(reply -> reply.stallAfter(1000, never));
  }

  /** Nothing is left of what misbehaved, and others are served. */
  @AfterEach
  void theEngineGoesOn() throws IOException {
    await(() -> engine.downloads().isEmpty());
    origin.serve("/well", BODY);
    engine.download(DownloadRequest.of(origin.uri("/well"), dir.resolve("well"))).block(LIMIT);
    assertHolds(dir.resolve("well"), BODY);
  }
}
