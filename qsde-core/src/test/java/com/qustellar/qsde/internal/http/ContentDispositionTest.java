package com.qustellar.qsde.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentDispositionTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "attachment; filename=\"foo.html\" | foo.html",
        "attachment; filename=foo.html | foo.html",
        "ATTACHMENT;FILENAME=\"foo.html\" | foo.html",
        "inline; filename=\"foo.html\" | foo.html",
        "attachment ; filename = \"foo.html\" ; x=y | foo.html",
        "attachment; filename=\"f\\oo.html\" | foo.html",
        "attachment; filename=\"\\\"quoting\\\" tested.html\" | \"quoting\" tested.html",
        "attachment; filename=\"Here's a semicolon;.html\" | Here's a semicolon;.html",
        "attachment; foo=\"bar\"; filename=\"foo.html\" | foo.html",
        "attachment; foo=\"\\\"; filename=no\"; filename=\"foo.html\" | foo.html",
        "attachment; filename=\"foo-%41.html\" | foo-%41.html",
        "attachment; filename='foo.html' | 'foo.html'",
        // RFC 8187
        "attachment; filename*=UTF-8''foo-%c3%a4-%e2%82%ac.html | foo-ä-€.html",
        "attachment; filename*=utf-8'en'foo%20bar.html | foo bar.html",
        "attachment; filename*=iso-8859-1''foo-%E4.html | foo-ä.html",
        "attachment; filename*=\"UTF-8''foo-%c3%a4.html\" | foo-ä.html",
        "attachment; filename=\"foo.html\"; filename*=UTF-8''%e2%82%ac.html | €.html",
        "attachment; filename*=UTF-8''%e2%82%ac.html; filename=\"foo.html\" | €.html",
        // Fallback from what can't be decoded.
        "attachment; filename*=UTF-8''%e2%82.html; filename=foo.html | foo.html",
        "attachment; filename*=UTF-8''foo-%; filename=foo.html | foo.html",
        "attachment; filename*=UTF-8''foo-%4; filename=foo.html | foo.html",
        "attachment; filename*=UTF-8''foo-%zz; filename=foo.html | foo.html",
        "attachment; filename*=koi8-r''foo-%c1; filename=foo.html | foo.html",
        "attachment; filename*=foo-%c3%a4.html; filename=foo.html | foo.html",
        "attachment; filename*=; filename=foo.html | foo.html",
        // Broken in the usual ways.
        "filename=\"foo.html\" | foo.html",
        "attachment; filename=\"foo.html | foo.html",
        "attachment; filename=foo bar.html | foo bar.html",
        "attachment; filename=\"foo.html\"garbage; x | foo.html",
        "attachment; filename=one; filename=two | one",
        "attachment; filename=\"\"; filename=two | two",
        "; ;; filename=foo.html;;; | foo.html",
        "attachment; filename=\"foo\\ | foo\\",
        "attachment; filename=a=b.txt | a=b.txt",
      })
  void nameIsFound(String value, String name) {
    assertThat(ContentDisposition.fileName(value)).contains(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ";",
        "=",
        "attachment",
        "attachment; filename",
        "attachment; filename=",
        "attachment; filename=\"",
        "attachment; filename=\"\"",
        "attachment; filename=\"  \"",
        "attachment; xfilename=foo",
        "attachment; name=\"foo\"",
        "attachment; filename*=UTF-8''",
        "attachment; filename*=UTF-8'",
      })
  void nothingIsFoundWhereNothingIs(String value) {
    assertThat(ContentDisposition.fileName(value)).isEmpty();
  }

  @Test
  void bytesOfUtf8AreReadAsUtf8() {
    String value = "attachment; filename=\"grün-€.txt\"";
    String wire = new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    assertThat(ContentDisposition.fileName(wire)).contains("grün-€.txt");
    assertThat(ContentDisposition.fileName(value)).contains("grün-€.txt");
    assertThat(ContentDisposition.fileName("attachment; filename=gr\u00fcn.txt"))
        .contains("grün.txt");
  }

  @Test
  void randomFieldsNeverThrow() {
    Random random = new Random(6266);
    String[] pieces = {
      "filename",
      "*",
      "=",
      "\"",
      "\\",
      ";",
      "'",
      "UTF-8''",
      "%",
      "%e4",
      "a",
      " ",
      "\t",
      "\u00e4",
      "attachment",
      "\u0000",
      "/",
      ".."
    };
    for (int i = 0; i < 50_000; i++) {
      StringBuilder value = new StringBuilder();
      for (int n = random.nextInt(12); n > 0; n--) {
        value.append(pieces[random.nextInt(pieces.length)]);
      }
      assertThat(ContentDisposition.fileName(value.toString()).map(String::isBlank))
          .as(value.toString())
          .isNotEqualTo(Optional.of(true));
    }
  }
}
