package com.qustellar.qsde.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.internal.http.Cookie;
import com.qustellar.qsde.internal.http.CookieJar;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CookieFileTest {

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void aFileIsReadAsCurlWritesIt() {
    List<Cookie> cookies =
        CookieFile.parse(
            List.of(
                "# Netscape HTTP Cookie File",
                "",
                ".Example.org\tTRUE\t/\tFALSE\t0\ta\t1",
                "#HttpOnly_www.example.org\tFALSE\t/dir\tTRUE\t1900000000\tb\tx=y z",
                "example.org\tFALSE\t/\tFALSE\t-1\tempty",
                "example.org\tFALSE\t\tFALSE\t1900000000.5\tc\t\r"));

    assertThat(cookies)
        .containsExactly(
            new Cookie("a", "1", "example.org", false, "/", false, null),
            new Cookie(
                "b",
                "x=y z",
                "www.example.org",
                true,
                "/dir",
                true,
                Instant.ofEpochSecond(1_900_000_000)),
            new Cookie("empty", "", "example.org", true, "/", false, null),
            new Cookie(
                "c", "", "example.org", true, "/", false, Instant.ofEpochSecond(1_900_000_000)));
    CookieJar jar = CookieJar.of(cookies);
    assertThat(jar.header(URI.create("https://www.example.org/dir/x"), NOW))
        .contains("b=x=y z; a=1");
    assertThat(jar.header(URI.create("http://www.example.org/dir/x"), NOW)).contains("a=1");
    assertThat(jar.header(URI.create("https://other.org/"), NOW)).isEmpty();
  }

  @Test
  void aCookieThatHasEndedIsNotSent() {
    CookieJar jar =
        CookieJar.of(CookieFile.parse(List.of("host\tFALSE\t/\tFALSE\t1000000000\ta\t1")));

    assertThat(jar.header(URI.create("http://host/"), NOW)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "host FALSE / FALSE 0 a secret | line 2 has no seven fields",
        "host,FALSE,/,FALSE,soon,a,secret | line 2 has a time",
        "host,FALSE,/,FALSE,0,a,sec\u0007ret | line 2 has characters",
      })
  void whatIsNoCookieIsNamedByItsLine(String line, String message) {
    assertThatThrownBy(() -> CookieFile.parse(List.of("", line.replace(',', '\t'))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("ret");
  }
}
