package com.qustellar.qsde.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.internal.http.RedirectRules.Outcome;
import com.qustellar.qsde.internal.http.RedirectRules.Outcome.Follow;
import com.qustellar.qsde.internal.http.RedirectRules.Outcome.Refused;
import com.qustellar.qsde.internal.http.RedirectRules.Outcome.TooMany;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectRulesTest {

  private static final URI CURRENT = HttpUris.parse("http://u:p@a_b:8080/b/c/d;p?q=1");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // RFC 3986 §5.4
        "g | http://a_b:8080/b/c/g",
        "./g | http://a_b:8080/b/c/g",
        "g/ | http://a_b:8080/b/c/g/",
        "/g | http://a_b:8080/g",
        "//g | http://g/",
        "?y | http://a_b:8080/b/c/d;p?y",
        "g?y | http://a_b:8080/b/c/g?y",
        "#s | http://a_b:8080/b/c/d;p?q=1",
        "g#s | http://a_b:8080/b/c/g",
        "g?y#s | http://a_b:8080/b/c/g?y",
        ";x | http://a_b:8080/b/c/;x",
        ". | http://a_b:8080/b/c/",
        ".. | http://a_b:8080/b/",
        "../g | http://a_b:8080/b/g",
        "../../../g | http://a_b:8080/g",
        "g/../h | http://a_b:8080/b/c/h",
        // Other origins, and what a Location must not bring along.
        "https://user:pass@other.example/x?token=a#b | https://other.example/x?token=a",
        "HTTP://OTHER.example/X | http://other.example/X",
        "http://[::1]:81/ | http://[::1]:81/",
        // A signature covers path and query as they stand.
        "https://h/a/../b//c?sig=%2f%2F&x=+ | https://h/a/../b//c?sig=%2f%2F&x=+",
        "/a b<c | http://a_b:8080/a%20b%3Cc",
      })
  void locationIsResolved(String location, String target) {
    assertThat(next(location)).isEqualTo(new Follow(URI.create(target)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://h/x",
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "javascript:alert(1)",
        "data:text/plain,x",
        "gopher://h/",
        "http:///x",
        "http://",
        "http://h:99999/",
        "http://h:-1/",
        "http://[::1/",
        "http://a b/",
        "/x\r\nSet-Cookie: y",
        "/x\u0000",
      })
  void otherSchemesAndNoUrisAreRefused(String location) {
    assertThat(next(location)).isInstanceOf(Refused.class);
  }

  @Test
  void httpsNeverLeadsToHttp() {
    URI secure = HttpUris.parse("https://h/x");
    URI plain = HttpUris.parse("http://h/x");
    assertThat(RedirectRules.next(secure, "http://h/y", 0, 20))
        .isEqualTo(new Refused(URI.create("http://h/y"), "it leads from https to http"));
    assertThat(RedirectRules.next(secure, "//h/y", 0, 20))
        .isEqualTo(new Follow(URI.create("https://h/y")));
    assertThat(RedirectRules.next(plain, "https://h/y", 0, 20))
        .isEqualTo(new Follow(URI.create("https://h/y")));
  }

  @Test
  void refusalShowsNoSecret() {
    Refused refused = (Refused) next("ftp://user:hunter2@h/x?token=hunter3");
    assertThat(refused.toString()).doesNotContain("hunter");
  }

  @Test
  void limitEndsALoop() {
    int followed = 0;
    while (RedirectRules.next(CURRENT, "#same", followed, 20) instanceof Follow) {
      followed++;
    }
    assertThat(followed).isEqualTo(20);
    assertThat(RedirectRules.next(CURRENT, "/x", 20, 20)).isEqualTo(new TooMany(20));
    assertThat(RedirectRules.next(CURRENT, "/x", 0, 0)).isEqualTo(new TooMany(0));
    assertThat(RedirectRules.next(CURRENT, "ftp://h", 20, 20)).isEqualTo(new TooMany(20));
  }

  @ParameterizedTest
  @CsvSource({
    "https://h/a, https://h:443/b?c, true",
    "https://h/a, https://H/b, true",
    "https://h/a, http://h/a, false",
    "http://h/a, https://h/a, false",
    "https://h/a, https://h:8443/a, false",
    "https://h/a, https://www.h/a, false",
    "https://h/a, https://h./a, false",
  })
  void onlyTheRequestsOwnOriginGetsItsFields(String requested, String target, boolean own) {
    URI from = HttpUris.parse(requested);
    URI to = HttpUris.parse(target);
    for (String field :
        new String[] {"Authorization", "Cookie", "X-Api-Key", "Referer", "Accept-X"}) {
      assertThat(RedirectRules.mayCarry(field, from, to)).as(field).isEqualTo(own);
    }
    for (String field : new String[] {"User-Agent", "ACCEPT", "range"}) {
      assertThat(RedirectRules.mayCarry(field, from, to)).as(field).isTrue();
    }
  }

  private static Outcome next(String location) {
    return RedirectRules.next(CURRENT, location, 3, 20);
  }
}
