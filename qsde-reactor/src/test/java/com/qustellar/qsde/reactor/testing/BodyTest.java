package com.qustellar.qsde.reactor.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BodyTest {

  @Test
  void theSameSeedGivesTheSameBytes() {
    byte[] bytes = Body.random(7, 1000).bytes();

    assertThat(Body.random(7, 1000).bytes()).isEqualTo(bytes);
    assertThat(Body.random(8, 1000).bytes()).isNotEqualTo(bytes);
    assertThat(Body.random(7, 3).bytes()).isEqualTo(Arrays.copyOf(bytes, 3));
  }

  @Test
  void anyPartReadsAsThePartOfTheWhole() {
    Body body = Body.random(1, 500).then(Body.of("middle")).then(Body.random(2, 500));
    byte[] whole = body.bytes();
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      int from = random.nextInt(whole.length + 1);
      int count = random.nextInt(whole.length - from + 1);

      assertThat(body.slice(from, count).bytes())
          .isEqualTo(Arrays.copyOfRange(whole, from, from + count));
    }
  }

  @Test
  void digestsAreThoseOfTheBytes() {
    assertThat(Body.of("abc").sha256())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(Body.of("abc").digest("MD5")).isEqualTo("900150983cd24fb0d6963f7d28e17f72");

    Body longerThanAPiece = Body.random(3, 200_001);
    assertThat(longerThanAPiece.sha256()).isEqualTo(Body.of(longerThanAPiece.bytes()).sha256());
  }

  @Test
  void everyByteValueComesAboutEquallyOften() {
    int[] counts = new int[256];
    for (byte value : Body.random(5, 256 * 1024).bytes()) {
      counts[value & 0xff]++;
    }

    assertThat(Arrays.stream(counts)).allMatch(count -> count > 850 && count < 1200);
  }

  @Test
  void aFileIsComparedToItsLastByte(@TempDir Path directory) throws IOException {
    Body body = Body.random(4, 150_000);
    Path file = directory.resolve("file");
    byte[] bytes = body.bytes();
    Files.write(file, bytes);
    FileAssertions.assertHolds(file, body);
    FileAssertions.assertHoldsRange(file, 1000, body.slice(1000, 100_000));

    bytes[149_999]++;
    Files.write(file, bytes);
    assertThatThrownBy(() -> FileAssertions.assertHolds(file, body))
        .isInstanceOf(AssertionError.class)
        .hasMessageEndingWith("differs at byte 149999");

    Files.write(file, Arrays.copyOf(bytes, 100));
    assertThatThrownBy(() -> FileAssertions.assertHolds(file, body))
        .hasMessageEndingWith("has 100 bytes instead of 150000");
    assertThatThrownBy(() -> FileAssertions.assertHoldsRange(file, 0, body))
        .hasMessageEndingWith("differs at byte 100");
    assertThatThrownBy(() -> FileAssertions.assertHolds(directory, body))
        .hasMessageEndingWith("is no regular file");
  }
}
