package com.qustellar.qsde.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.HashAlgorithm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChecksumFileTest {

  private static final String A = "a".repeat(64);
  private static final String B = "b".repeat(64);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}  file.iso | file.iso",
        "{} *file.iso | file.iso",
        "{} file.iso | file.iso",
        "{}\tfile.iso | file.iso",
        "{}  a (1) file.iso | a (1) file.iso",
        "{} *./dir/file.iso | file.iso",
        "{}  C:\\dir\\file.iso | file.iso",
        "SHA256 (file.iso) = {} | file.iso",
        "SHA256 (a (1).iso) = {} | a (1).iso",
        "SHA-256(file.iso)= {} | file.iso",
      })
  void linesAreReadInEveryForm(String line, String name) {
    assertThat(ChecksumFile.parse(List.of(line.replace("{}", A))).find(name))
        .contains(new Checksum(HashAlgorithm.SHA256, A));
  }

  @Test
  void namesAreEscapedWhereTheLineSaysSo() {
    assertThat(ChecksumFile.parse(List.of("\\" + A + "  a\\nb\\rc")).find("a\nb\rc")).isPresent();
    assertThat(ChecksumFile.parse(List.of("\\SHA256 (a\\\\) = " + A)).find("a\\")).isPresent();
    assertThat(ChecksumFile.parse(List.of(A + "  a\\nb")).find("a\\nb")).isPresent();
  }

  @ParameterizedTest
  @CsvSource({"32, MD5", "40, SHA1", "64, SHA256", "128, SHA512"})
  void theLengthTellsTheAlgorithm(int digits, HashAlgorithm algorithm) {
    String hex = "0A".repeat(digits / 2);

    assertThat(ChecksumFile.parse(List.of(hex + "  x\r")).find("x"))
        .contains(new Checksum(algorithm, hex));
    assertThat(ChecksumFile.parse(List.of(algorithm.label() + " (x) = " + hex)).find("x"))
        .contains(new Checksum(algorithm, hex));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# comment",
        "SHA2-256 (x) = 0123456789abcdef0123456789abcdef",
        "-----BEGIN PGP SIGNED MESSAGE-----",
        "Hash: SHA512",
        "0123456789abcdef  x",
        "BLAKE2b (x) = 0123456789abcdef0123456789abcdef",
        "SHA256 (x) = 0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef0  x",
        "0123456789abcdef0123456789abcdefx",
        "0123456789abcdef0123456789abcdef",
      })
  void everythingElseIsPassedOver(String line) {
    assertThat(ChecksumFile.parse(List.of(line, A + "  y")).find("x")).isEmpty();
    assertThat(ChecksumFile.parse(List.of(line, A + "  y")).find("y")).isPresent();
  }

  @Test
  void theStrongestOfAFileCounts() {
    ChecksumFile file =
        ChecksumFile.parse(
            List.of("MD5 (x) = " + "1".repeat(32), "SHA256 (x) = " + A, "1".repeat(40) + "  x"));

    assertThat(file.find("x")).contains(new Checksum(HashAlgorithm.SHA256, A));
  }

  @Test
  void theVeryNameCountsBeforeAPath() {
    ChecksumFile file = ChecksumFile.parse(List.of(B + "  old/x", A + "  x", A + "  x"));

    assertThat(file.find("x")).contains(new Checksum(HashAlgorithm.SHA256, A));
  }

  @Test
  void whatIsListedTwiceIsNotGuessed() {
    ChecksumFile file = ChecksumFile.parse(List.of(B + "  old/x", A + "  new/x"));

    assertThatThrownBy(() -> file.find("x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("it lists x more than once, with different checksums");
  }
}
