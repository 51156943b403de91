package com.qustellar.qsde.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.internal.http.HeaderField;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class OptionTypesTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "65536, 65536",
    "1K, 1024",
    "1k, 1024",
    "64M, 67108864",
    "3g, 3221225472",
    "8589934591G, 9223372035781033984"
  })
  void sizesArePowersOf1024(String text, long expected) {
    assertThat(new Sizes().convert(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "K",
        "-1",
        "1.5M",
        "1X",
        "1KB",
        " 1",
        "٣",
        "9223372036854775808",
        "8589934592G"
      })
  void otherSizesAreRefused(String text) {
    assertThatThrownBy(() -> new Sizes().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "many", "1.5", "4K", "2147483648"})
  void whatIsNoCountIsRefusedInPlainWords(String text) {
    assertThatThrownBy(() -> new Counts().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage("'" + text + "' is no whole number up to 2147483647");
  }

  @ParameterizedTest
  @CsvSource({"30, 30000", "0.5, 500", "0, 0", "0.0004, 0", "1.9996, 2000"})
  void secondsHaveFractions(String text, long millis) {
    assertThat(new Seconds().convert(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1e3", "1s", ".5", "1.", "NaN", "99999999999"})
  void otherSecondsAreRefused(String text) {
    assertThatThrownBy(() -> new Seconds().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @ParameterizedTest
  @CsvSource({"'A: b', A, b", "A:b, A, b", "'A: b: c ', A, b: c", "A:, A, ''"})
  void headersAreSplitAtTheFirstColon(String text, String name, String value) {
    assertThat(new Headers().convert(text)).isEqualTo(new HeaderField(name, value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "secret", ":b"})
  void otherHeadersAreRefusedAndNotShown(String text) {
    assertThatThrownBy(() -> new Headers().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage("a header is a name, a colon and a value");
  }
}
