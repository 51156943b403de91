package com.qustellar.qsde.reactor;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.SkipException;
import org.testng.annotations.Test;
import reactor.core.scheduler.Schedulers;

/** A stream obeys the rules of Reactive Streams, as its compatibility kit reads them. */
class StreamRulesTest {

  private static final long TIMEOUT_MILLIS = 1000;

  /** So long is waited for what must not come. */
  private static final long SILENCE_MILLIS = 50;

  private static final long MOST = 1000;

  @TestFactory
  Stream<DynamicTest> rules() {
    return Arrays.stream(PublisherVerification.class.getMethods())
        .filter(method -> method.isAnnotationPresent(Test.class))
        .filter(method -> method.getParameterCount() == 0)
        .map(method -> DynamicTest.dynamicTest(method.getName(), () -> run(method)));
  }

  private static void run(Method rule) throws Throwable {
    Verification verification = new Verification();
    verification.setUp();
    try {
      rule.invoke(verification);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      if (cause instanceof SkipException) {
        Assumptions.abort(cause.getMessage());
      }
      throw cause;
    }
  }

  /** What a stream's subscriber meets: the bytes are there, or come as they are asked for. */
  private static final class Verification extends PublisherVerification<ByteBuffer> {

    Verification() {
      super(new TestEnvironment(TIMEOUT_MILLIS, SILENCE_MILLIS));
    }

    @Override
    public long maxElementsFromPublisher() {
      return MOST;
    }

    @Override
    public Publisher<ByteBuffer> createPublisher(long elements) {
      StreamWindow window = window();
      window.drained(elements).subscribe(nothing -> {}, window::fail, window::complete);
      for (int i = 0; i < elements; i++) {
        window.put(i, ByteBuffer.allocate(1), () -> {});
      }
      return window;
    }

    @Override
    public Publisher<ByteBuffer> createFailedPublisher() {
      StreamWindow window = window();
      window.fail(new IllegalStateException("no"));
      return window;
    }

    private static StreamWindow window() {
      StreamMemory memory = new StreamMemory(() -> Long.MAX_VALUE, () -> {});
      return new StreamWindow(
          task -> Schedulers.parallel().schedule(task), memory, bytes -> {}, () -> {}, () -> {});
    }
  }
}
