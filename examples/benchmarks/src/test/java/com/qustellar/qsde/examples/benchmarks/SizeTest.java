package com.qustellar.qsde.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeTest {

  @ParameterizedTest
  @CsvSource({
    "1,1",
    "999,999",
    "3K,3072",
    "64M,67108864",
    "64m,67108864",
    "16KiB,16384",
    "1G,1073741824"
  })
  void unitsArePowersOf1024(String text, long bytes) {
    assertThat(Size.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0M", "-1", "1T", "1.5G", "G", "9999999999", "1 G"})
  void whatIsNoSizeIsRefusedByName(String text) {
    assertThatThrownBy(() -> Size.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @ParameterizedTest
  @CsvSource({"1073741824,1 GiB", "1610612736,1536 MiB", "3072,3 KiB", "1025,1025 bytes"})
  void theLargestUnitThatFitsExactlyIsShown(long bytes, String text) {
    assertThat(Size.format(bytes)).isEqualTo(text);
  }
}
