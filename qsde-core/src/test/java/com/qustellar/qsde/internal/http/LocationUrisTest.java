package com.qustellar.qsde.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the Location of a redirect is resolved. */
class LocationUrisTest {

  /** RFC 3986 §5.4, as far as http goes, and what servers send besides. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          http://x/y    | http://x/y
          HTTPS://X     | https://x/
          g             | http://a/b/c/g
          ./g           | http://a/b/c/g
          g/            | http://a/b/c/g/
          /g            | http://a/g
          //g           | http://g/
          ?y            | http://a/b/c/d;p?y
          g?y           | http://a/b/c/g?y
          g?y/../x      | http://a/b/c/g?y/../x
          #s            | http://a/b/c/d;p?q
          g#s           | http://a/b/c/g
          g#s/../x      | http://a/b/c/g
          g?y#s         | http://a/b/c/g?y
          ;x            | http://a/b/c/;x
          g;x=1/../y    | http://a/b/c/y
          ``            | http://a/b/c/d;p?q
          .             | http://a/b/c/
          ./            | http://a/b/c/
          ..            | http://a/b/
          ../g          | http://a/b/g
          ../..         | http://a/
          ../../../../g | http://a/g
          g.            | http://a/b/c/g.
          ..g           | http://a/b/c/..g
          g//h          | http://a/b/c/g//h
          /g/../h?a/../b| http://a/g/../h?a/../b
          a b           | http://a/b/c/a%20b
          /Ã©           | http://a/%C3%A9
          /é            | http://a/%C3%A9
          /日           | http://a/%E6%97%A5
          http://u:p@x/ | http://x/
          //u:p@x/a@b   | http://x/a@b
          """)
  void resolvesLocations(String location, String expected) {
    URI base = HttpUris.parse("http://user:password@a/b/c/d;p?q");

    assertThat(HttpUris.resolve(base, location)).hasToString(expected);
  }

  @Test
  void keepsPortAndOddHostOfTheBase() {
    assertThat(HttpUris.resolve(HttpUris.parse("https://my_host:8443/a/b"), "c"))
        .hasToString("https://my_host:8443/a/c");
    assertThat(HttpUris.resolve(HttpUris.parse("http://[::1]:81"), "?c"))
        .hasToString("http://[::1]:81/?c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://h/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://h:0/",
        "http:g",
        "/a\r\nb"
      })
  void refusesLocationsThatLeadNowhere(String location) {
    URI base = HttpUris.parse("http://a/");
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> HttpUris.resolve(base, location));
  }
}
