package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.internal.http.Validator;
import com.qustellar.qsde.internal.plan.ByteRange;
import com.qustellar.qsde.internal.plan.RangeSet;
import com.qustellar.qsde.reactor.testing.Body;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The digest behind the prefix, whatever the order of the writes. */
class PrefixHasherTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path dir;
  private final IoPool io = new IoPool();
  private final RangeSet written = new RangeSet();
  private long room;
  private final MemoryBudget budget = new MemoryBudget(() -> room);
  private PartFile file;

  @BeforeEach
  void open() {
    URI uri = URI.create("http://h/f");
    Path target = dir.resolve("target");
    Representation stream =
        new Representation(
            uri, OptionalLong.empty(), Validator.NONE, false, Optional.empty(), Optional.empty());
    Resumption none = new Resumption(DownloadRequest.of(uri, target), target, stream, 1);
    file = PartFile.open(io, Schedulers.parallel(), uri, target, none);
  }

  @AfterEach
  void close() {
    file.close().then(io.closeLater()).block(LIMIT);
  }

  private PrefixHasher hasher() {
    return new PrefixHasher(HashAlgorithm.SHA256, file.bytes(), io, budget);
  }

  private Mono<Void> write(PrefixHasher hasher, Body body, long from, long to) {
    ByteBuf data = Unpooled.wrappedBuffer(body.slice(from, to - from).bytes());
    return Mono.create(
        sink ->
            file.bytes()
                .write(
                    data,
                    from,
                    failure -> {
                      assertThat(failure).isNull();
                      hasher.written(from, data, prefixWith(from, to));
                      sink.success();
                    }));
  }

  private synchronized long prefixWith(long from, long to) {
    written.add(new ByteRange(from, to));
    return written.prefixEnd();
  }

  /** More than is kept at hand: most of it is read back. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void anyOrderOfWritesGivesTheDigestOfTheWhole(long seed) {
    Random random = new Random(seed);
    Body body = Body.random(seed, 1 + random.nextInt(12 << 20));
    List<long[]> pieces = new ArrayList<>();
    for (long at = 0; at < body.length(); ) {
      long end = Math.min(body.length(), at + 1 + random.nextInt(600_000));
      pieces.add(new long[] {at, end});
      at = end;
    }
    Collections.shuffle(pieces, random);
    PrefixHasher hasher = hasher();
    List<Mono<Void>> writes = new ArrayList<>();
    pieces.forEach(piece -> writes.add(write(hasher, body, piece[0], piece[1])));
    Mono.when(writes).block(LIMIT);
    Checksum digest = hasher.finish(body.length()).block(LIMIT);
    assertThat(digest.hex()).as("seed %d", seed).isEqualTo(body.sha256());
  }

  @Test
  void nothingHasADigestToo() {
    Checksum digest = hasher().finish(0).block(LIMIT);
    assertThat(digest.hex()).isEqualTo(Body.of("").sha256());
  }

  /** The checks for leaks see that nothing is kept. */
  @Test
  void cancellingLetsGoOfWhatWasKept() {
    Body body = Body.random(8, 3 << 20);
    PrefixHasher hasher = hasher();
    write(hasher, body, 1 << 20, 2 << 20).block(LIMIT);
    write(hasher, body, 0, 1 << 20).block(LIMIT);
    hasher.cancel().block(LIMIT);
    write(hasher, body, 2 << 20, 3 << 20).block(LIMIT);
    hasher.cancel().block(LIMIT);
  }

  @Test
  void whatCannotBeReadBackFailsTheDigest() {
    Body body = Body.random(9, 6 << 20);
    PrefixHasher hasher = hasher();
    // Too far ahead to be kept, and then no longer in the file.
    write(hasher, body, 5 << 20, 6 << 20).block(LIMIT);
    file.bytes().truncate(0).block(LIMIT);
    write(hasher, body, 0, 1 << 20).block(LIMIT);
    ByteBuf claimed = Unpooled.wrappedBuffer(new byte[4 << 20]);
    hasher.written(1 << 20, claimed, prefixWith(1 << 20, 5 << 20));
    claimed.release();
    Throwable failure = hasher.finish(body.length()).materialize().block(LIMIT).getThrowable();
    assertThat(failure).isInstanceOf(DownloadException.FileAccess.class);
  }

  /** They would only be written to be read back. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoWritesAtThePrefixWaitsForADigestThatIsFarBehind(boolean cancelled) {
    room = 64 << 20;
    Body body = Body.random(10, 20 << 20);
    CountDownLatch standing = new CountDownLatch(1);
    PrefixHasher hasher = held(0, standing);
    for (long at = 0; at < body.length(); at += 1 << 20) {
      write(hasher, body, at, at + (1 << 20)).block(LIMIT);
    }
    AtomicInteger behind = new AtomicInteger();
    AtomicInteger ahead = new AtomicInteger();
    hasher.whenNear(body.length(), behind::incrementAndGet);
    hasher.whenNear(body.length() + (64 << 20), ahead::incrementAndGet);
    assertThat(hasher.isBehind()).isTrue();
    assertThat(behind).hasValue(0);
    assertThat(ahead).hasValue(1);
    assertThat(budget.used()).isPositive();

    if (cancelled) {
      Mono<Void> end = hasher.cancel();
      standing.countDown();
      end.block(LIMIT);
    } else {
      standing.countDown();
      Checksum digest = hasher.finish(body.length()).block(LIMIT);
      assertThat(digest.hex()).isEqualTo(body.sha256());
      assertThat(hasher.isBehind()).isFalse();
    }
    assertThat(behind).hasValue(1);
    assertThat(budget.used()).isZero();
    hasher.whenNear(body.length(), behind::incrementAndGet);
    assertThat(behind).hasValue(2);
  }

  @Test
  void whoWaitsGoesOnWhileTheDigestReadsBackTheRest() {
    Body body = Body.random(11, 20 << 20);
    CountDownLatch standing = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    PrefixHasher hasher = held(6 << 20, standing);
    file.bytes().write(Unpooled.wrappedBuffer(body.bytes()), 0, failure -> written.countDown());
    await(written);
    hasher.reached(body.length());
    CountDownLatch asked = new CountDownLatch(1);
    hasher.whenNear(body.length(), asked::countDown);
    await(asked);
    standing.countDown();
    Checksum digest = hasher.finish(body.length()).block(LIMIT);
    assertThat(digest.hex()).isEqualTo(body.sha256());
  }

  /** What an earlier run has left may be gigabytes: the net must not stand still for so long. */
  @Test
  void nobodyWaitsForADigestThatHasMuchToReadBack() {
    Body body = Body.random(12, 1 << 20);
    CountDownLatch standing = new CountDownLatch(1);
    PrefixHasher hasher = held(0, standing);
    write(hasher, body, 0, body.length()).block(LIMIT);
    hasher.reached(1L << 30);
    AtomicInteger asked = new AtomicInteger();
    hasher.whenNear(1L << 30, asked::incrementAndGet);
    assertThat(asked).hasValue(1);
    assertThat(hasher.isBehind()).isFalse();
    Mono<Void> end = hasher.cancel();
    standing.countDown();
    end.block(LIMIT);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns one whose digest takes so many bytes, and no more before it is let go. */
  private PrefixHasher held(int first, CountDownLatch go) {
    AtomicInteger taken = new AtomicInteger();
    MessageDigest real = HashAlgorithm.SHA256.newDigest();
    MessageDigest digest =
        new MessageDigest("held") {
          @Override
          protected void engineUpdate(byte input) {
            throw new AssertionError("one byte at a time");
          }

          @Override
          protected void engineUpdate(byte[] input, int offset, int length) {
            if (taken.addAndGet(length) > first) {
              await(go);
            }
            real.update(input, offset, length);
          }

          @Override
          protected byte[] engineDigest() {
            return real.digest();
          }

          @Override
          protected void engineReset() {
            real.reset();
          }
        };
    return new PrefixHasher(HashAlgorithm.SHA256, digest, file.bytes(), io, budget);
  }

  /** A digest copies what is off the heap, for which there may be no room. */
  @Test
  void aDigestThatFailsEndsItAndACancelDoesNotWaitForIt() {
    MessageDigest failing =
        new MessageDigest("none") {
          @Override
          protected void engineUpdate(byte input) {
            throw new OutOfMemoryError("for this test");
          }

          @Override
          protected void engineUpdate(byte[] input, int offset, int length) {
            throw new OutOfMemoryError("for this test");
          }

          @Override
          protected byte[] engineDigest() {
            return new byte[0];
          }

          @Override
          protected void engineReset() {}
        };
    Body body = Body.random(5, 10_000);
    write(hasher(), body, 0, body.length()).block(LIMIT);
    PrefixHasher hasher = new PrefixHasher(HashAlgorithm.SHA256, failing, file.bytes(), io, budget);
    assertThat(hasher.finish(body.length()).materialize().block(LIMIT).getThrowable())
        .isInstanceOf(DownloadException.class);
    hasher.cancel().block(LIMIT);
  }
}
