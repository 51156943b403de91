package com.qustellar.qsde.internal.http;

import static com.qustellar.qsde.internal.http.Heads.RECEIVED;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CookieJarTest {

  private static final String ANSWERED = "https://www.example.org/dir/page";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // what is set | what is asked next | whether it is sent along
        "a=1 | https://www.example.org/dir/file | true",
        "a=1 | https://www.example.org/dir | true",
        "a=1 | https://www.example.org/dir/deeper/file?q | true",
        "a=1 | https://www.example.org/directory | false",
        "a=1 | https://www.example.org/ | false",
        "a=1 | https://www.example.org:8443/dir/file | true",
        "a=1 | http://www.example.org/dir/file | true",
        "a=1 | https://example.org/dir/file | false",
        "a=1 | https://sub.www.example.org/dir/file | false",
        "a=1; Path=/ | https://www.example.org/other | true",
        "a=1; path=/files/ | https://www.example.org/files/x | true",
        "a=1; path=/files/ | https://www.example.org/files | false",
        "a=1; path=relative | https://www.example.org/dir/x | true",
        "a=1; Path=/; Domain=example.org | https://example.org/ | true",
        "a=1; Path=/; Domain=.Example.ORG | https://cdn.example.org/ | true",
        "a=1; Path=/; Domain=example.org | https://notexample.org/ | false",
        "a=1; Path=/; Domain=www.example.org | https://sub.www.example.org/ | true",
        "a=1; Path=/; Domain= | https://www.example.org/ | true",
        "a=1; Path=/; Secure | https://www.example.org/ | true",
        "a=1; Path=/; Secure | http://www.example.org/ | false",
        "a=1; Path=/; HttpOnly; SameSite=Strict; Nonsense=1;; | https://www.example.org/ | true",
      })
  void cookiesGoWhereTheyBelong(String set, String asked, boolean sent) {
    assertThat(jar(ANSWERED, set).header(URI.create(asked), RECEIVED))
        .isEqualTo(sent ? Optional.of("a=1") : Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "=1",
        "",
        ";",
        "a=1; Domain=org",
        "a=1; Domain=other.org",
        "a=1; Domain=sub.www.example.org",
        "a=1; Domain=ww.example.org",
        "a=1\u0007",
        "a=1; Max-Age=0",
        "a=1; Max-Age=-1",
        "a=1; Expires=Sun, 01 Mar 2026 11:59:59 GMT",
      })
  void cookiesThatMustNotBeSetAreNot(String set) {
    CookieJar jar = jar(ANSWERED, set + "; Path=/");

    for (String uri : List.of(ANSWERED, "https://other.org/", "https://x.org/", "https://org/")) {
      assertThat(jar.header(URI.create(uri), RECEIVED)).isEmpty();
    }
  }

  @Test
  void aSecureCookieIsNotTakenFromHttp() {
    CookieJar jar = jar("http://example.org/", "a=1; Secure", "b=2");

    assertThat(jar.header(URI.create("https://example.org/"), RECEIVED)).contains("b=2");
  }

  @Test
  void aHostOfOneLabelOrAnAddressHasCookiesOfItsOwn() {
    for (String host : List.of("localhost", "127.0.0.1", "[::1]")) {
      URI uri = HttpUris.parse("http://" + host + ":8080/");
      CookieJar jar = jar(uri.toString(), "a=1", "b=2; Domain=" + HttpUris.host(uri));

      assertThat(jar.header(uri, RECEIVED)).contains("a=1; b=2");
    }
    assertThat(
            jar("http://127.0.0.1/", "a=1; Domain=0.0.1")
                .header(HttpUris.parse("http://9.0.0.1/"), RECEIVED))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Max-Age=60 | 59 | true",
        "Max-Age=60 | 60 | false",
        "Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT | 59 | true",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60 | 59 | true",
        "Max-Age=never | 1000000000 | true",
        "Max-Age=99999999999999999999 | 1000000000 | true",
        "Expires=Sun, 01 Mar 2026 12:01:00 GMT | 59 | true",
        "Expires=Sun, 01 Mar 2026 12:01:00 GMT | 60 | false",
        "Expires=Sunday, 01-Mar-26 12:01:00 GMT | 60 | false",
        "Expires=Sun, 01-Mar-2026 12:01:00 GMT | 60 | false",
        "Expires=Sun Mar  1 12:01:00 2026 | 60 | false",
        "Expires=1 march 2026 12:01:00 | 60 | false",
        "Expires=tomorrow | 1000000000 | true",
        "Expires=Sun, 31 Feb 2026 12:01:00 GMT | 1000000000 | true",
        "Expires=Sun, 01 Xyz 2026 12:01:00 GMT | 1000000000 | true",
      })
  void cookiesEnd(String attributes, long later, boolean sent) {
    CookieJar jar = jar(ANSWERED, "a=1; " + attributes);

    assertThat(jar.header(URI.create(ANSWERED), RECEIVED.plusSeconds(later)).isPresent())
        .isEqualTo(sent);
  }

  @ParameterizedTest
  @CsvSource({"94, 1994", "69, 2069", "70, 1970", "1601, 1601"})
  void yearsMayHaveTwoDigits(String year, String meant) {
    assertThat(CookieDate.parse("Sun, 06-Nov-" + year + " 08:49:37 GMT"))
        .contains(Instant.parse(meant + "-11-06T08:49:37Z"));
  }

  @Test
  void aCookieIsReplacedAndEnded() {
    CookieJar jar = jar(ANSWERED, "a=1; Path=/", "b=2; Path=/");

    assertThat(with(jar, "a=3; Path=/").header(URI.create(ANSWERED), RECEIVED))
        .contains("a=3; b=2");
    assertThat(with(jar, "a=; Path=/; Max-Age=0").header(URI.create(ANSWERED), RECEIVED))
        .contains("b=2");
    assertThat(with(jar, "a=4").header(URI.create(ANSWERED), RECEIVED)).contains("a=4; a=1; b=2");
    assertThat(jar.header(URI.create(ANSWERED), RECEIVED)).contains("a=1; b=2");
  }

  @Test
  void aJarIsBounded() {
    String[] many = IntStream.range(0, 60).mapToObj(n -> "c" + n + "=1").toArray(String[]::new);

    String header = jar(ANSWERED, many).header(URI.create(ANSWERED), RECEIVED).orElseThrow();

    assertThat(header.split("; ")).hasSize(50).startsWith("c10=1").endsWith("c59=1");
    assertThat(jar(ANSWERED, "a=" + "x".repeat(4096)).header(URI.create(ANSWERED), RECEIVED))
        .isEmpty();
  }

  @Test
  void valuesAreNotShown() {
    assertThat(jar(ANSWERED, "a=secret").toString()).contains("name=a").doesNotContain("secret");
  }

  private static CookieJar jar(String uri, String... fields) {
    return CookieJar.empty().with(URI.create(uri), head(fields));
  }

  private static CookieJar with(CookieJar jar, String... fields) {
    return jar.with(URI.create(ANSWERED), head(fields));
  }

  private static ResponseHead head(String... fields) {
    return Heads.head(
        302, Stream.of(fields).map(field -> "Set-Cookie: " + field).toArray(String[]::new));
  }
}
