package com.qustellar.qsde.internal.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.qustellar.qsde.internal.plan.ByteRange;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checksums that are joined, and claims that end one another. */
class ClaimsTest {

  private static final byte[] FILE = new byte[100_000];

  static {
    new Random(1).nextBytes(FILE);
  }

  private static Claim claim(int start, int end) {
    return new Claim(
        new ByteRange(start, end), Crc32c.of(ByteBuffer.wrap(FILE, start, end - start)));
  }

  /** RFC 3720 appendix B.4: 32 bytes of zeros, of ones, and from 0 to 31. */
  @Test
  void theChecksumIsTheOneOfTheRfc() {
    byte[] bytes = new byte[32];
    assertThat(Crc32c.of(ByteBuffer.wrap(bytes))).isEqualTo(0x8A9136AA);
    Arrays.fill(bytes, (byte) 0xFF);
    assertThat(Crc32c.of(ByteBuffer.wrap(bytes))).isEqualTo(0x62A8AB43);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    assertThat(Crc32c.of(ByteBuffer.wrap(bytes))).isEqualTo(0x46DD794E);
  }

  @Test
  void theBufferStaysAsItWas() {
    ByteBuffer buffer = ByteBuffer.wrap(FILE, 10, 20);
    Crc32c.of(buffer);
    assertThat(buffer.remaining()).isEqualTo(20);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 4096, 99_999})
  void neighboursJoinToTheChecksumOfBoth(int middle) {
    assertThat(claim(0, middle).join(claim(middle, FILE.length))).isEqualTo(claim(0, FILE.length));
  }

  @Test
  void onlyNeighboursJoin() {
    assertThatIllegalArgumentException().isThrownBy(() -> claim(0, 10).join(claim(11, 12)));
    assertThatIllegalArgumentException().isThrownBy(() -> new Claim(new ByteRange(3, 3), 0));
  }

  @Test
  void drainedClaimsAreJoinedUpToFourMebibytes() {
    Claims claims = new Claims();
    long mib = 1 << 20;
    for (int i = 0; i < 6; i++) {
      claims.add(new Claim(new ByteRange(i * mib, (i + 1) * mib), i));
    }
    claims.add(new Claim(new ByteRange(8 * mib, 9 * mib), 9));
    assertThat(claims.drain())
        .extracting(Claim::range)
        .containsExactly(
            new ByteRange(0, 4 * mib),
            new ByteRange(4 * mib, 6 * mib),
            new ByteRange(8 * mib, 9 * mib));
    assertThat(claims.isEmpty()).isTrue();
    assertThat(claims.drain()).isEmpty();
  }

  /** Against the naive model. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aLaterClaimEndsWhatItOverlaps(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      Claims claims = new Claims();
      int[] starts = new int[20];
      int[] ends = new int[20];
      boolean[] alive = new boolean[20];
      for (int i = 0; i < 20; i++) {
        starts[i] = random.nextInt(63);
        ends[i] = starts[i] + 1 + random.nextInt(64 - starts[i]);
        for (int j = 0; j < i; j++) {
          alive[j] &= ends[j] <= starts[i] || ends[i] <= starts[j];
        }
        alive[i] = true;
        claims.add(claim(starts[i], ends[i]));
      }
      List<Claim> expected =
          IntStream.range(0, 20)
              .filter(i -> alive[i])
              .mapToObj(i -> claim(starts[i], ends[i]))
              .sorted(Comparator.comparingLong(c -> c.range().start()))
              .toList();
      assertThat(claims.list()).isEqualTo(expected);
    }
  }
}
