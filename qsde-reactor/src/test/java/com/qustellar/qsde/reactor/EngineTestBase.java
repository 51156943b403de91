package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.RetryPolicy;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.reactor.testing.Body;
import com.qustellar.qsde.reactor.testing.LeakChecks;
import com.qustellar.qsde.reactor.testing.RecordedRequest;
import com.qustellar.qsde.reactor.testing.Reply;
import com.qustellar.qsde.reactor.testing.ScriptedOrigin;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine, an origin and a directory: what a test of downloads begins with. */
@Timeout(60)
abstract class EngineTestBase {

  /** So long a test waits at most for anything. */
  static final Duration LIMIT = Duration.ofSeconds(20);

  /** The smallest that is allowed, so that small files have many. */
  static final int SEGMENT = 64 << 10;

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

  static final RetryPolicy QUICK =
      RetryPolicy.defaults().withBackoff(Duration.ofMillis(1), Duration.ofMillis(10));

  @TempDir Path dir;
  ScriptedOrigin origin;
  DownloadEngine engine;

  @BeforeEach
  void start() {
    origin = ScriptedOrigin.start();
    use(builder());
  }

  @AfterEach
  void stop() {
    engine.close();
    origin.close();
  }

  /** Returns the settings of the test's engine, which a test may change and {@link #use}. */
  static DownloadEngine.Builder builder() {
    return DownloadEngine.builder().limits(limits()).retryPolicy(QUICK);
  }

  static Limits limits() {
    return Limits.defaults().withSegmentSize(SEGMENT).withWriteBufferSize(16 << 10);
  }

  /** Goes on with an engine of these settings in place of the one before. */
  void use(DownloadEngine.Builder settings) {
    if (engine != null) {
      engine.close();
    }
    engine = settings.build();
    MemoryBudget budget = ((NettyDownloadEngine) engine).budget();
    LeakChecks.register("the number of bytes received and not written", budget::used);
  }

  DownloadRequest request(String path) {
    return DownloadRequest.of(origin.uri(path), target());
  }

  Path target() {
    return dir.resolve("target");
  }

  /** Returns where the bytes of {@link #target} are before it has its name. */
  Path partFile() {
    return dir.resolve("target.qsde-part");
  }

  Path journal() {
    return dir.resolve("target.qsde-journal");
  }

  DownloadResult get(DownloadRequest request) {
    return engine.download(request).block(LIMIT);
  }

  <T extends DownloadException> T failure(Class<T> kind, DownloadRequest request) {
    T failure = catchThrowableOfType(kind, () -> get(request));
    assertThat(failure).as("the failure").isNotNull();
    return failure;
  }

  void assertDirectoryHolds(String... names) {
    assertThat(dir.toFile().list()).containsExactlyInAnyOrder(names);
  }

  /** Returns the address that a literal is. */
  static InetAddress ip(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new AssertionError(literal, e);
    }
  }

  /** Waits until something holds that nobody tells of. */
  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("the time, while waiting in vain").isLessThan(deadline);
      LockSupport.parkNanos(500_000);
    }
  }

  /** Returns how many bytes of bodies the origin has given to sockets. */
  long bytesSent() {
    return origin.requests().stream().mapToLong(RecordedRequest::bodyBytesSent).sum();
  }

  /** The origin counts what it has sent once it has been, when the download may have ended. */
  void assertSent(long bytes) {
    await(() -> bytesSent() >= bytes);
    assertThat(bytesSent()).isEqualTo(bytes);
  }

  /** Returns the Range fields of all requests, in the order in which they came. */
  List<String> ranges() {
    return origin.requests().stream()
        .map(request -> request.header("Range").orElse("none"))
        .toList();
  }

  /** Returns the range that a request asks for. */
  static ByteRange asked(RecordedRequest request) {
    Matcher range = RANGE.matcher(request.header("Range").orElseThrow());
    assertThat(range.matches()).as("a range of %s", request).isTrue();
    return new ByteRange(Long.parseLong(range.group(1)), Long.parseLong(range.group(2)) + 1);
  }

  /** Makes the 206 of a correct one give another part of the body. */
  static Reply part(Reply reply, Body body, long from, long to) {
    return reply
        .body(body.slice(from, to - from))
        .header("Content-Range", "bytes %d-%d/%d".formatted(from, to - 1, body.length()));
  }
}
