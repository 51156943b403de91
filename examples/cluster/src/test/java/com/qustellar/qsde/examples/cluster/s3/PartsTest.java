package com.qustellar.qsde.examples.cluster.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class PartsTest {

  private static final long MIB = 1 << 20;

  @Test
  void keepsToTenThousandParts() {
    for (long total : new long[] {0, 1, 8 * MIB, 80_000 * MIB, 80_000 * MIB + 1, 5L << 40}) {
      PartSizes sizes = PartSizes.of(OptionalLong.of(total), 8 * MIB);
      assertThat(sizes.size(1)).isEqualTo(sizes.size(10_000)).isGreaterThanOrEqualTo(8 * MIB);
      assertThat(sizes.size(1) * 10_000).isGreaterThanOrEqualTo(total);
    }
    assertThat(PartSizes.of(OptionalLong.of(80_000 * MIB), 8 * MIB).size(1)).isEqualTo(8 * MIB);
  }

  @Test
  void growsWhereTheLengthIsNotKnown() {
    PartSizes sizes = PartSizes.of(OptionalLong.empty(), 8 * MIB);
    assertThat(sizes.size(1_000)).isEqualTo(8 * MIB);
    assertThat(sizes.size(1_001)).isEqualTo(16 * MIB);
    long all = IntStream.rangeClosed(1, 10_000).mapToLong(sizes::size).sum();
    assertThat(all).isGreaterThan(5L << 40);
  }

  @Test
  void cutsAcrossBuffers() {
    byte[] bytes = new byte[25];
    IntStream.range(0, 25).forEach(i -> bytes[i] = (byte) i);
    PartCutter cutter = new PartCutter(PartSizes.of(OptionalLong.of(25), 10));

    List<Part> parts =
        cutter
            .cut(
                Flux.just(
                    ByteBuffer.wrap(bytes, 0, 7),
                    ByteBuffer.wrap(bytes, 7, 0),
                    ByteBuffer.wrap(bytes, 7, 18)))
            .collectList()
            .block();

    assertThat(parts).extracting(Part::number).containsExactly(1, 2, 3);
    assertThat(parts).extracting(Part::bytes).containsExactly(10L, 10L, 5L);
    assertThat(parts).extracting(Part::rest).containsExactly(false, false, true);
    assertThat(parts.get(1).crc32c()).isEqualTo(crc32c(bytes, 10, 10));
    assertThat(cutter.crc32c()).isEqualTo(crc32c(bytes, 0, 25));
    assertThat(cutter.bytes()).isEqualTo(25);
    ByteBuffer joined = ByteBuffer.allocate(25);
    parts.forEach(part -> part.buffers().forEach(joined::put));
    assertThat(joined.array()).isEqualTo(bytes);
  }

  @Test
  void readsNoFurtherThanAsked() {
    TestPublisher<ByteBuffer> body = TestPublisher.create();
    LongStream.Builder requested = LongStream.builder();
    PartCutter cutter = new PartCutter(PartSizes.of(OptionalLong.empty(), 10));
    StepVerifier.create(cutter.cut(body.flux().doOnRequest(requested::add)), 1)
        .then(() -> body.next(ByteBuffer.allocate(6), ByteBuffer.allocate(6)))
        .expectNextCount(1)
        .thenCancel()
        .verify();
    assertThat(requested.build().sum()).isLessThanOrEqualTo(3);
  }

  private static String crc32c(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
