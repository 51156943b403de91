package com.qustellar.qsde.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SuspectsTest {

  private static final OptionalInt SEVERAL = OptionalInt.empty();

  private static Checksum digest(int number) {
    return new Checksum(HashAlgorithm.MD5, "%032x".formatted(number));
  }

  @Test
  void theOnlyOneIsAskedOnceMore() {
    Suspects suspects = new Suspects(1);
    assertThat(suspects.next(digest(1), OptionalInt.of(0))).hasValue(0);
    assertThat(suspects.next(digest(2), SEVERAL)).isEmpty();
  }

  @Test
  void eachIsAskedAlone() {
    Suspects suspects = new Suspects(3);
    assertThat(suspects.next(digest(1), SEVERAL)).hasValue(0);
    assertThat(suspects.next(digest(2), SEVERAL)).hasValue(1);
    assertThat(suspects.next(null, SEVERAL)).hasValue(2);
    assertThat(suspects.next(digest(3), SEVERAL)).isEmpty();
  }

  @Test
  void oneThatHasBroughtAllOfItComesLast() {
    Suspects suspects = new Suspects(2);
    assertThat(suspects.next(digest(1), OptionalInt.of(0))).hasValue(1);
    assertThat(suspects.next(null, SEVERAL)).hasValue(0);
  }

  @Test
  void aDigestThatThreeAgreeOnIsNoMirrorsFault() {
    Suspects suspects = new Suspects(5);
    assertThat(suspects.next(digest(1), SEVERAL)).hasValue(0);
    assertThat(suspects.next(digest(2), SEVERAL)).hasValue(1);
    assertThat(suspects.next(digest(1), SEVERAL)).hasValue(2);
    assertThat(suspects.next(digest(1), SEVERAL)).isEmpty();
  }

  @Test
  void ofTwoBothAreEnough() {
    Suspects suspects = new Suspects(2);
    assertThat(suspects.next(digest(1), SEVERAL)).hasValue(0);
    assertThat(suspects.next(digest(1), SEVERAL)).isEmpty();
  }
}
