package com.qustellar.qsde.internal.http;

import static com.qustellar.qsde.internal.http.Heads.head;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValidatorTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"v1\" | \"v1\" | false",
        "W/\"v1\" | \"v1\" | true",
        "\"\" | \"\" | false",
        "\"a,b;W/!'#\" | \"a,b;W/!'#\" | false",
        "\"\u00e9\u0080\" | \"\u00e9\u0080\" | false",
      })
  void entityTagsFollowTheGrammar(String value, String opaque, boolean weak) {
    assertThat(EntityTag.parse(" " + value + "\t")).contains(new EntityTag(opaque, weak));
    assertThat(new EntityTag(opaque, weak)).hasToString(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "v1",
        "'v1'",
        "\"v1",
        "v1\"",
        "\"",
        "w/\"v1\"",
        "W/ \"v1\"",
        "W/v1",
        "\"v 1\"",
        "\"v\"1\"",
        "\"a\", \"b\"",
        "\"v\u007f\"",
        "\"v\u0000\"",
        "\"v\r\nX: y\"",
        "\"v\u2028\"",
      })
  void malformedTagIsNone(String value) {
    assertThat(EntityTag.parse(value)).isEmpty();
  }

  @Test
  void readsTheEntityTagsThatThePatternOfTheGrammarReads() {
    Pattern grammar = Pattern.compile("(W/)?(\"[\\x21\\x23-\\x7E\\x80-\\xFF]*\")");
    List<String> texts =
        Mutations.of(
            "W/w\"'a~ \t\r\n!#\u0000\u001F\u007F\u0080\u00FF\u0100",
            "\"v1\"",
            "W/\"v1\"",
            "\"\"",
            " \"5f-a\" ");
    for (String text : texts) {
      Matcher tag = grammar.matcher(text.strip());
      assertThat(EntityTag.parse(text))
          .as(text)
          .isEqualTo(
              tag.matches()
                  ? Optional.of(new EntityTag(tag.group(2), tag.group(1) != null))
                  : Optional.empty());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // Only a strong tag, or a date without any tag that is a minute older than Date.
        "\"a\" | - | - | \"a\"",
        "\"a\" | Sun, 01 Mar 2026 11:00:00 GMT | - | \"a\"",
        "W/\"a\" | - | - | -",
        "W/\"a\" | Sun, 01 Mar 2026 11:00:00 GMT | Sun, 01 Mar 2026 12:00:00 GMT | -",
        "- | Sun, 01 Mar 2026 11:00:00 GMT | Sun, 01 Mar 2026 12:00:00 GMT"
            + " | Sun, 01 Mar 2026 11:00:00 GMT",
        "- | Sunday, 01-Mar-26 11:00:00 GMT | Sun, 01 Mar 2026 12:00:00 GMT"
            + " | Sun, 01 Mar 2026 11:00:00 GMT",
        "- | Sun, 01 Mar 2026 11:59:00 GMT | Sun, 01 Mar 2026 12:00:00 GMT"
            + " | Sun, 01 Mar 2026 11:59:00 GMT",
        "- | Sun, 01 Mar 2026 11:59:01 GMT | Sun, 01 Mar 2026 12:00:00 GMT | -",
        "- | Sun, 01 Mar 2026 12:00:00 GMT | Sun, 01 Mar 2026 12:00:00 GMT | -",
        "- | Sun, 01 Mar 2026 13:00:00 GMT | Sun, 01 Mar 2026 12:00:00 GMT | -",
        "- | Sun, 01 Mar 2026 11:00:00 GMT | - | -",
        "- | Sun, 01 Mar 2026 11:00:00 GMT | yesterday | -",
        "- | yesterday | Sun, 01 Mar 2026 12:00:00 GMT | -",
        "- | - | Sun, 01 Mar 2026 12:00:00 GMT | -",
        "- | - | - | -",
      })
  void ifRangeNeedsAStrongValidator(String etag, String modified, String date, String ifRange) {
    Validator validator = validator(etag, modified, date);
    assertThat(validator.ifRange()).isEqualTo(Optional.ofNullable(ifRange));
    assertThat(validator.isStrong()).isEqualTo(ifRange != null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // etag | Last-Modified (an hour) of the one | of the other | whether they contradict
        "\"a\" | - | \"a\" | - | false",
        "\"a\" | - | \"b\" | - | true",
        "\"a\" | 10 | \"a\" | 11 | false",
        "\"a\" | 10 | \"b\" | 10 | true",
        "W/\"a\" | - | W/\"a\" | - | false",
        "W/\"a\" | - | W/\"b\" | - | true",
        "W/\"a\" | 10 | W/\"a\" | 11 | true",
        "W/\"a\" | 10 | W/\"a\" | 10 | false",
        "W/\"a\" | - | \"a\" | - | false",
        "W/\"a\" | - | \"b\" | - | true",
        "W/\"a\" | 10 | \"a\" | 11 | true",
        "\"a\" | 10 | - | 10 | false",
        "\"a\" | 10 | - | 11 | true",
        "\"a\" | 10 | W/\"a\" | - | false",
        "\"a\" | - | - | 11 | false",
        "- | 10 | - | 11 | true",
        "- | 10 | - | 10 | false",
        "- | 10 | - | - | false",
        "- | - | - | - | false",
        "a | - | b | - | false",
      })
  void strongTagsDecideBeforeDates(
      String etag, Integer hour, String otherEtag, Integer otherHour, boolean contradict) {
    Validator one = validator(etag, modified(hour), null);
    Validator other = validator(otherEtag, modified(otherHour), null);
    assertThat(one.contradicts(other)).isEqualTo(contradict);
    assertThat(other.contradicts(one)).isEqualTo(contradict);
    assertThat(Validator.NONE.contradicts(one)).isFalse();
  }

  @Test
  void tokenIsTheTagElseTheDate() {
    String modified = "Sun, 01 Mar 2026 11:00:00 GMT";
    assertThat(validator("W/\"a\"", modified, null).token()).contains("W/\"a\"");
    assertThat(validator(null, modified, null).token()).contains(modified);
    assertThat(validator(null, null, modified).token()).isEmpty();
  }

  @Test
  void twoTagsAreNone() {
    assertThat(Validator.of(head(200, "ETag: \"a\"", "ETag: \"b\"")).etag()).isNull();
    assertThat(Validator.of(head(200, "ETag: \"a\"", "etag:\"a\"")).etag())
        .isEqualTo(new EntityTag("\"a\"", false));
  }

  private static String modified(Integer hour) {
    return hour == null ? null : "Sun, 01 Mar 2026 " + hour + ":00:00 GMT";
  }

  private static Validator validator(String etag, String modified, String date) {
    String[] fields = {
      etag == null ? null : "ETag: " + etag,
      modified == null ? null : "Last-Modified: " + modified,
      date == null ? null : "Date: " + date
    };
    return Validator.of(
        head(200, Arrays.stream(fields).filter(field -> field != null).toArray(String[]::new)));
  }
}
