package com.qustellar.qsde.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.internal.plan.ByteRange;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentRangeTest {

  @ParameterizedTest
  @CsvSource({
    "bytes 0-99/1000, 0, 100, 1000",
    "BYTES 5-5/6, 5, 6, 6",
    "Bytes 0-0/1, 0, 1, 1",
    "bytes 007-099/0100, 7, 100, 100",
    "' \tbytes 0-99/1000\t ', 0, 100, 1000",
    "bytes 0-9223372036854775805/9223372036854775806, 0, 9223372036854775806, 9223372036854775806",
  })
  void partWithTotal(String value, long start, long end, long total) {
    assertThat(ContentRange.parse(value))
        .contains(new ContentRange.Part(new ByteRange(start, end), OptionalLong.of(total)));
  }

  @Test
  void partWithoutTotal() {
    assertThat(ContentRange.parse("bytes 10-19/*"))
        .contains(new ContentRange.Part(new ByteRange(10, 20), OptionalLong.empty()));
    assertThat(ContentRange.parse("bytes 0-9223372036854775806/*"))
        .contains(new ContentRange.Part(new ByteRange(0, Long.MAX_VALUE), OptionalLong.empty()));
  }

  @ParameterizedTest
  @CsvSource({
    "bytes */1000, 1000",
    "BYTES */0, 0",
    "bytes */9223372036854775807, 9223372036854775807"
  })
  void unsatisfied(String value, long total) {
    assertThat(ContentRange.parse(value)).contains(new ContentRange.Unsatisfied(total));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "bytes",
        "bytes ",
        "0-99/1000",
        "items 0-99/1000",
        "bytes 99-0/1000",
        "bytes 0-1000/1000",
        "bytes 0-1000/10",
        "bytes 0-0/0",
        "bytes -1-99/1000",
        "bytes 0--99/1000",
        "bytes +0-99/1000",
        "bytes 0-99/-1",
        "bytes 0-99",
        "bytes 0-99/",
        "bytes 0-/1000",
        "bytes -99/1000",
        "bytes */*",
        "bytes */",
        "bytes */-1",
        "bytes */18446744073709551616",
        "bytes 0-9223372036854775807/*",
        "bytes 0-99/9223372036854775808",
        "bytes 99999999999999999999-999999999999999999999/*",
        "bytes=0-99/1000",
        "bytes: 0-99/1000",
        "bytes  0-99/1000",
        "bytes\t0-99/1000",
        "bytes 0 - 99 / 1000",
        "bytes 0-99/1000, bytes 0-99/1000",
        "bytes 0-99/1000;",
        "bytes 0x0-0x63/1000",
        "bytes 0-99/1_000",
        "bytes \u0660-\u0669/1000",
        "bytes 0-99/1000\n",
        "bytes 0-99/1000\u0000",
      })
  void garbageSaysNothing(String value) {
    assertThat(ContentRange.parse(value)).isEmpty();
  }

  @Test
  void readsWhatThePatternsOfTheGrammarRead() {
    Pattern part = Pattern.compile("[ \\t]*(?i:bytes) ([0-9]+)-([0-9]+)/([0-9]+|\\*)[ \\t]*");
    Pattern unsatisfied = Pattern.compile("[ \\t]*(?i:bytes) \\*/([0-9]+)[ \\t]*");
    List<String> texts =
        Mutations.of(
            "bytesBYTES \t\n\u000B\u00A001239-/*,=+\u017F\u0130\u0660",
            "bytes 0-99/1000",
            " BYTES 12-34/*\t",
            "bytes */1000",
            "bytes 0-9223372036854775806/9223372036854775807");
    for (String text : texts) {
      Matcher whole = part.matcher(text);
      Matcher none = unsatisfied.matcher(text);
      Optional<ContentRange> expected = Optional.empty();
      if (whole.matches()) {
        expected = part(whole.group(1), whole.group(2), whole.group(3));
      } else if (none.matches()) {
        expected = number(none.group(1)).map(total -> new ContentRange.Unsatisfied(total));
      }
      assertThat(ContentRange.parse(text)).as(text).isEqualTo(expected);
    }
  }

  private static Optional<ContentRange> part(String first, String last, String length) {
    Optional<Long> start = number(first);
    Optional<Long> end = number(last);
    Optional<Long> total = length.equals("*") ? Optional.of(Long.MAX_VALUE) : number(length);
    if (start.isEmpty() || end.isEmpty() || total.isEmpty()) {
      return Optional.empty();
    }
    if (end.get() < start.get() || end.get() >= total.get()) {
      return Optional.empty();
    }
    ByteRange range = new ByteRange(start.get(), end.get() + 1);
    OptionalLong told = length.equals("*") ? OptionalLong.empty() : OptionalLong.of(total.get());
    return Optional.of(new ContentRange.Part(range, told));
  }

  private static Optional<Long> number(String digits) {
    BigInteger number = new BigInteger(digits);
    return number.bitLength() < 64 ? Optional.of(number.longValue()) : Optional.empty();
  }

  @Test
  void randomTextNeverThrowsAndWhatParsesIsConsistent() {
    Random random = new Random(14);
    String alphabet = "bytes  0019-/*,=\t9";
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "bytes " : "");
      for (int n = random.nextInt(14); n > 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      Optional<ContentRange> parsed = ContentRange.parse(text.toString());
      if (parsed.isPresent() && parsed.get() instanceof ContentRange.Part part) {
        assertThat(part.range().isEmpty()).as(text.toString()).isFalse();
        assertThat(part.total().orElse(Long.MAX_VALUE))
            .as(text.toString())
            .isGreaterThanOrEqualTo(part.range().endExclusive());
      }
    }
  }
}
