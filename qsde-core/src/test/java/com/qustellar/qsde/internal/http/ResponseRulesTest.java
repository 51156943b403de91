package com.qustellar.qsde.internal.http;

import static com.qustellar.qsde.internal.http.Heads.head;
import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.internal.http.ResponseVerdict.AskWithoutRange;
import com.qustellar.qsde.internal.http.ResponseVerdict.Changed;
import com.qustellar.qsde.internal.http.ResponseVerdict.Empty;
import com.qustellar.qsde.internal.http.ResponseVerdict.Failed;
import com.qustellar.qsde.internal.http.ResponseVerdict.Invalid;
import com.qustellar.qsde.internal.http.ResponseVerdict.NotModified;
import com.qustellar.qsde.internal.http.ResponseVerdict.Partial;
import com.qustellar.qsde.internal.http.ResponseVerdict.RangesRefused;
import com.qustellar.qsde.internal.http.ResponseVerdict.Redirect;
import com.qustellar.qsde.internal.http.ResponseVerdict.Unsatisfiable;
import com.qustellar.qsde.internal.http.ResponseVerdict.Whole;
import com.qustellar.qsde.internal.plan.ByteRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseRulesTest {

  private static final ByteRange FIRST = new ByteRange(0, 100);
  private static final ByteRange LATER = new ByteRange(200, 300);
  private static final Optional<String> IDENTITY = Optional.empty();

  @ParameterizedTest
  @ValueSource(ints = {200, 203})
  void wholeFileAnswersTheFirstRequest(int status) {
    ResponseHead head = head(status, "Content-Length: 1000");
    Whole whole = new Whole(OptionalLong.of(1_000), IDENTITY);
    assertThat(first(head)).isEqualTo(whole);
    assertThat(ResponseRules.judge(head, null, true, false)).isEqualTo(whole);
    assertThat(ResponseRules.judge(head, null, false, false)).isEqualTo(whole);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 203})
  void wholeFileRefusesALaterRange(int status) {
    assertThat(later(head(status, "Content-Length: 1000")))
        .isEqualTo(new RangesRefused(OptionalLong.of(1_000), IDENTITY));
    assertThat(later(head(status, "Transfer-Encoding: chunked")))
        .isEqualTo(new RangesRefused(OptionalLong.empty(), IDENTITY));
  }

  @Test
  void wholeFileMayHaveNoLength() {
    Whole whole = new Whole(OptionalLong.empty(), IDENTITY);
    assertThat(first(head(200))).isEqualTo(whole);
    assertThat(first(head(200, "transfer-encoding: Chunked"))).isEqualTo(whole);
    assertThat(first(head(200, "Content-Length: 0")))
        .isEqualTo(new Whole(OptionalLong.of(0), IDENTITY));
  }

  @Test
  void contentRangeMeansNothingIn200() {
    assertThat(first(head(200, "Content-Range: bytes 5-9/10", "Content-Length: 10")))
        .isEqualTo(new Whole(OptionalLong.of(10), IDENTITY));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "bytes 200-299/1000 | 100 | 200 | 300 | 0 | false | 1000",
        "bytes 200-299/1000 | - | 200 | 300 | 0 | false | 1000",
        "BYTES 200-299/* | 100 | 200 | 300 | 0 | false | -",
        "bytes 0-999/1000 | 1000 | 200 | 300 | 200 | true | 1000",
        "bytes 150-249/1000 | 100 | 200 | 250 | 50 | false | 1000",
        "bytes 200-249/1000 | 50 | 200 | 250 | 0 | false | 1000",
        "bytes 200-249/250 | 50 | 200 | 250 | 0 | false | 250",
        "bytes 200-200/1000 | 1 | 200 | 201 | 0 | false | 1000",
        "bytes 200-300/1000 | 101 | 200 | 300 | 0 | true | 1000",
      })
  void partTakesWhatWasAsked(
      String range, String length, long from, long to, long skip, boolean more, Long total) {
    ResponseVerdict verdict =
        later(
            length == null
                ? head(206, "Content-Range: " + range, "Transfer-Encoding: chunked")
                : head(206, "content-range: " + range, "Content-Length: " + length));
    assertThat(verdict).isInstanceOf(Partial.class);
    Partial partial = (Partial) verdict;
    assertThat(partial.taken()).isEqualTo(new ByteRange(from, to));
    assertThat(partial.bytesToSkip()).isEqualTo(skip);
    assertThat(partial.sent().endExclusive() > to).isEqualTo(more);
    assertThat(partial.total())
        .isEqualTo(total == null ? OptionalLong.empty() : OptionalLong.of(total));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "1000 | -                   | -      | true",
        "*    | -                   | \"v1\"   | false",
        "1000 | identity            | -      | true",
        "1000 | gzip                | \"v1\"   | true",
        "1000 | gzip                | W/\"v1\" | false",
        "1000 | gzip                | -      | false",
        "1000 | gzip, br            | \"v1\"   | false",
      })
  void aFirstPartIsTakenWhereOthersFitToIt(
      String total, String coding, String etag, boolean taken) {
    List<String> fields = new ArrayList<>();
    fields.add("Content-Range: bytes 0-99/" + total);
    // A strong date is not enough for what is coded on the fly.
    fields.add("Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT");
    fields.add("Date: Tue, 02 Jan 2024 00:00:00 GMT");
    if (coding != null) {
      fields.add("Content-Encoding: " + coding);
    }
    if (etag != null) {
      fields.add("ETag: " + etag);
    }
    ResponseHead head = head(206, fields.toArray(String[]::new));
    assertThat(first(head) instanceof Partial).isEqualTo(taken);
    assertThat(first(head) instanceof AskWithoutRange).isNotEqualTo(taken);
    assertThat(ResponseRules.judge(head, new ByteRange(0, 100), false, false))
        .isInstanceOf(Partial.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes 201-299/1000",
        "bytes 300-399/1000",
        "bytes 0-99/1000",
        "bytes 0-199/1000",
        "bytes 200-299/250",
        "bytes 299-200/1000",
        "bytes */1000",
        "items 200-299/1000",
        "bytes=200-299/1000",
        "bytes 200-299/9223372036854775808",
        "garbage",
        "",
      })
  void partOfAnotherRangeIsInvalid(String range) {
    assertThat(later(head(206, "Content-Range: " + range))).isInstanceOf(Invalid.class);
  }

  @Test
  void partMustSayWhichOne() {
    assertThat(later(head(206, "Content-Length: 100"))).isInstanceOf(Invalid.class);
    assertThat(
            later(
                head(
                    206, "Content-Range: bytes 200-299/1000", "Content-Range: bytes 200-299/2000")))
        .isInstanceOf(Invalid.class);
    assertThat(
            later(
                head(
                    206,
                    "Content-Type: Multipart/ByteRanges; boundary=x",
                    "Content-Range: bytes 200-299/1000")))
        .isInstanceOf(Invalid.class);
  }

  @Test
  void partThatNobodyAskedForIsInvalid() {
    ResponseHead head = head(206, "Content-Range: bytes 0-99/100", "Content-Length: 100");
    assertThat(ResponseRules.judge(head, null, true, false)).isInstanceOf(Invalid.class);
    assertThat(ResponseRules.judge(head, null, false, false)).isInstanceOf(Invalid.class);
    assertThat(first(head)).isInstanceOf(Partial.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 99, 101, 1000})
  void lengthMustAgreeWithTheRange(long length) {
    assertThat(later(head(206, "Content-Range: bytes 200-299/1000", "Content-Length: " + length)))
        .isInstanceOf(Invalid.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Content-Length: 100 | Content-Length: 101",
        "Content-Length: 100, 101 | X: y",
        "Content-Length: 100, | X: y",
        "Content-Length: -100 | X: y",
        "Content-Length: +100 | X: y",
        "Content-Length: | X: y",
        "Content-Length: 100 bytes | X: y",
        "Content-Length: 1e2 | X: y",
        "Content-Length: 9223372036854775808 | X: y",
        "Content-Length: 100 | Transfer-Encoding: chunked",
        "Content-Length: 100 | Transfer-Encoding: identity",
        "Transfer-Encoding: gzip, chunked | X: y",
        "Transfer-Encoding: chunked | Transfer-Encoding: chunked",
        "Transfer-Encoding: chonked | X: y",
      })
  void doubtfulFramingIsInvalid(String one, String other) {
    assertThat(first(head(200, one, other))).isInstanceOf(Invalid.class);
    assertThat(later(head(200, one, other))).isInstanceOf(Invalid.class);
    assertThat(later(head(206, "Content-Range: bytes 200-299/1000", one, other)))
        .isInstanceOf(Invalid.class);
  }

  @Test
  void sameLengthTwiceIsOneLength() {
    Whole whole = new Whole(OptionalLong.of(100), IDENTITY);
    assertThat(first(head(200, "Content-Length: 100, 100"))).isEqualTo(whole);
    assertThat(first(head(200, "Content-Length: 100", "Content-Length:100"))).isEqualTo(whole);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 99, 100, 101, 103, 199, 201, 202, 204, 205, 207, 226, 299, 1000, -1})
  void statusThatIsNoAnswerIsInvalid(int status) {
    assertThat(first(head(status))).isInstanceOf(Invalid.class);
    assertThat(later(head(status))).isInstanceOf(Invalid.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void redirectNeedsOneLocation(int status) {
    assertThat(first(head(status, "Location: /other"))).isEqualTo(new Redirect("/other"));
    assertThat(later(head(status, "Location: /other"))).isEqualTo(new Redirect("/other"));
    assertThat(first(head(status))).isInstanceOf(Invalid.class);
    assertThat(first(head(status, "Location: "))).isInstanceOf(Invalid.class);
    assertThat(first(head(status, "Location: /a", "Location: /b"))).isInstanceOf(Invalid.class);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {300, 304, 305, 306, 309, 401, 403, 404, 410, 429, 499, 500, 503, 520, 600, 999})
  void otherStatusesFail(int status) {
    Failed failed = new Failed(status, Optional.empty());
    assertThat(first(head(status, "Location: /other"))).isEqualTo(failed);
    assertThat(later(head(status, "Content-Length: 1", "Content-Length: 2"))).isEqualTo(failed);
  }

  @Test
  void failureTellsWhenToComeBack() {
    assertThat(later(head(503, "Retry-After: 30")))
        .isEqualTo(new Failed(503, Optional.of(Duration.ofSeconds(30))));
    assertThat(
            later(
                head(
                    429,
                    "Date: Thu, 01 Jan 2015 00:00:00 GMT",
                    "Retry-After: Thu, 01 Jan 2015 00:00:05 GMT")))
        .isEqualTo(new Failed(429, Optional.of(Duration.ofSeconds(5))));
    assertThat(later(head(503, "Retry-After: Sun, 01 Mar 2026 12:00:09 GMT")))
        .isEqualTo(new Failed(503, Optional.of(Duration.ofSeconds(9))));
    assertThat(later(head(503, "Retry-After: soon"))).isEqualTo(new Failed(503, Optional.empty()));
  }

  @Test
  void failedConditionMeansThatTheFileChanged() {
    assertThat(later(head(412))).isEqualTo(new Changed(412));
    assertThat(first(head(412))).isEqualTo(new Failed(412, Optional.empty()));
  }

  @Test
  void onlyWhoNamesAVersionIsToldThatItStands() {
    assertThat(ResponseRules.judge(head(304), FIRST, true, true)).isEqualTo(new NotModified());
    assertThat(ResponseRules.judge(head(412), FIRST, true, true))
        .isEqualTo(new Failed(412, Optional.empty()));
  }

  @Test
  void onlyZeroBytesMakeAnEmptyFile() {
    assertThat(first(head(416, "Content-Range: bytes */0"))).isEqualTo(new Empty());
    for (String range : new String[] {"bytes */1", "bytes 0-0/1", "garbage", ""}) {
      assertThat(first(head(416, "Content-Range: " + range))).isEqualTo(new AskWithoutRange());
    }
    assertThat(first(head(416))).isEqualTo(new AskWithoutRange());
    assertThat(ResponseRules.judge(head(416, "Content-Range: bytes */0"), null, true, false))
        .isEqualTo(new Failed(416, Optional.empty()));
  }

  @Test
  void aRangeMayBeWhatIsWrongWithTheFirstRequest() {
    assertThat(first(head(400))).isEqualTo(new AskWithoutRange());
    Failed failed = new Failed(400, Optional.empty());
    assertThat(later(head(400))).isEqualTo(failed);
    assertThat(ResponseRules.judge(head(400), null, true, false)).isEqualTo(failed);
  }

  @Test
  void laterUnsatisfiableRangeTellsTheTotal() {
    assertThat(later(head(416, "Content-Range: bytes */150")))
        .isEqualTo(new Unsatisfiable(OptionalLong.of(150)));
    assertThat(later(head(416, "Content-Range: bytes */0")))
        .isEqualTo(new Unsatisfiable(OptionalLong.of(0)));
    assertThat(later(head(416))).isEqualTo(new Unsatisfiable(OptionalLong.empty()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "Content-Encoding: identity | -",
        "Content-Encoding: Identity, | -",
        "Content-Encoding: | -",
        "Content-Encoding: GZip | gzip",
        "content-encoding: identity, br | br",
        "Content-Encoding: gzip,br | gzip, br",
      })
  void encodingIsTold(String field, String encoding) {
    Optional<String> expected = Optional.ofNullable(encoding);
    assertThat(first(head(200, field))).isEqualTo(new Whole(OptionalLong.empty(), expected));
    assertThat(later(head(206, "Content-Range: bytes 200-299/1000", field)))
        .isEqualTo(new Partial(LATER, LATER, OptionalLong.of(1_000), expected));
  }

  private static ResponseVerdict first(ResponseHead head) {
    return ResponseRules.judge(head, FIRST, true, false);
  }

  private static ResponseVerdict later(ResponseHead head) {
    return ResponseRules.judge(head, LATER, false, false);
  }
}
