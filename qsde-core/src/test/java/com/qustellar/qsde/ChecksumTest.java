package com.qustellar.qsde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.MessageDigest;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChecksumTest {

  private static final String EMPTY_SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

  @ParameterizedTest
  @ValueSource(strings = {"sha1:", "SHA1:", "sha-1:", "SHA-1=", "sha-1=", " Sha_1 : "})
  void parsesTheFormsPeopleWrite(String prefix) {
    Checksum checksum = Checksum.parse(prefix + EMPTY_SHA1.toUpperCase(Locale.ROOT));

    assertThat(checksum.algorithm()).isEqualTo(HashAlgorithm.SHA1);
    assertThat(checksum.hex()).isEqualTo(EMPTY_SHA1);
    assertThat(checksum).hasToString("sha1:" + EMPTY_SHA1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          sha256:2cf24dba5fb0                      | sha256 takes 64 hex digits, this has 12
          md5:                                     | md5 takes 32 hex digits, this has 0
          md5:d41d8cd98f00b204e9800998ecf8427g     | md5 takes hex digits only
          md5:d41d8cd98f00b204e9800998ecf8427é     | md5 takes hex digits only
          crc32:00000000                           | md5, sha1, sha256 or sha512
          :d41d8cd98f00b204e9800998ecf8427e        | md5, sha1, sha256 or sha512
          d41d8cd98f00b204e9800998ecf8427e         | names its algorithm first
          ``                                       | names its algorithm first
          """)
  void saysWhatIsWrong(String text, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Checksum.parse(text))
        .withMessageContaining(reason);
  }

  @ParameterizedTest
  @EnumSource
  void agreesWithTheDigest(HashAlgorithm algorithm) throws Exception {
    byte[] digest = algorithm.newDigest().digest(new byte[] {1, 2, 3});

    assertThat(digest)
        .isEqualTo(MessageDigest.getInstance(algorithm.jcaName()).digest(new byte[] {1, 2, 3}))
        .hasSize(algorithm.digestLength());
    Checksum checksum = Checksum.of(algorithm, digest);
    assertThat(checksum.bytes()).isEqualTo(digest);
    assertThat(Checksum.parse(checksum.toString())).isEqualTo(checksum).hasSameHashCodeAs(checksum);
    assertThat(HashAlgorithm.parse(algorithm.jcaName())).isEqualTo(algorithm);
    assertThat(HashAlgorithm.parse(algorithm.label())).isEqualTo(algorithm);
  }

  @Test
  void differsByAnyDigitAndByAlgorithm() {
    Checksum zero = Checksum.of(HashAlgorithm.MD5, new byte[16]);
    byte[] one = new byte[16];
    one[15] = 1;

    assertThat(zero).isNotEqualTo(Checksum.of(HashAlgorithm.MD5, one));
    assertThat(zero).isNotEqualTo(Checksum.of(HashAlgorithm.SHA1, new byte[20]));
    assertThat(zero).isNotEqualTo(null);
    assertThat(zero.equals((Object) zero.toString())).isFalse();
  }

  @Test
  void refusesADigestOfAnotherLength() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Checksum.of(HashAlgorithm.SHA256, new byte[20]))
        .withMessage("sha256 takes 64 hex digits, this has 40");
  }
}
