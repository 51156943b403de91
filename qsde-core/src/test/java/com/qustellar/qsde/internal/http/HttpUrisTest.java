package com.qustellar.qsde.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpUrisTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          http://h                            | http://h/
          http://h?a=b                        | http://h/?a=b
          HTTPS://Example.COM/Path            | https://example.com/Path
          ` http://h/x `                      | http://h/x
          http://h:/x                         | http://h/x
          http://h:80/x                       | http://h:80/x
          http://h:65535/x                    | http://h:65535/x
          http://h/a b                        | http://h/a%20b
          http://h/x?a[]=1&b="2"              | http://h/x?a[]=1&b=%222%22
          http://h/é/日本/😀                   | http://h/%C3%A9/%E6%97%A5%E6%9C%AC/%F0%9F%98%80
          http://h/a\tb                       | http://h/a%09b
          http://h/%41%2f%c3%A9               | http://h/%41%2f%c3%A9
          http://h/100%                       | http://h/100%25
          http://h/%zz%4                      | http://h/%25zz%254
          http://h/a/../b/./c//d              | http://h/a/../b/./c//d
          http://h/x?X-Sig=a%2Fb+c%3D&Y=~'()* | http://h/x?X-Sig=a%2Fb+c%3D&Y=~'()*
          http://h/x?                         | http://h/x?
          http://h/x?a?b/c@d:e                | http://h/x?a?b/c@d:e
          http://h/x#part                     | http://h/x
          http://h#part                       | http://h/
          http://my_host:8080/x               | http://my_host:8080/x
          http://-a-.b_.c./x                  | http://-a-.b_.c./x
          http://127.0.0.1/                   | http://127.0.0.1/
          http://0x7f.1/                      | http://127.0.0.1/
          http://0X7F.0.0.0x1:81/x            | http://127.0.0.1:81/x
          http://017700000001/                | http://127.0.0.1/
          http://2130706433/                  | http://127.0.0.1/
          http://127.1/                       | http://127.0.0.1/
          http://127.0.1/                     | http://127.0.0.1/
          http://127.0.0.1./                  | http://127.0.0.1/
          http://000177.0.0.01/               | http://127.0.0.1/
          http://１２７。０．０．１/             | http://127.0.0.1/
          http://①②⑦.1/                       | http://127.0.0.1/
          http://0/                           | http://0.0.0.0/
          http://0x/                          | http://0.0.0.0/
          http://4294967295/                  | http://255.255.255.255/
          http://1.2.3.example/               | http://1.2.3.example/
          http://0x7f.1.example/              | http://0x7f.1.example/
          http://a.1x/                        | http://a.1x/
          http://[::1]:8080/x                 | http://[::1]:8080/x
          http://[2001:DB8::A]/x              | http://[2001:db8::a]/x
          http://[::ffff:127.0.0.1]/          | http://[::ffff:7f00:1]/
          http://[::FFFF:192.168.255.0]:81/   | http://[::ffff:c0a8:ff00]:81/
          http://[64:ff9b::10.0.0.1]/         | http://[64:ff9b::a00:1]/
          http://[1:2:3:4:5:6:7.8.9.10]/      | http://[1:2:3:4:5:6:708:90a]/
          http://bücher.example/              | http://xn--bcher-kva.example/
          http://пример.испытание:81/         | http://xn--e1afmkfd.xn--80akhbyknj4f:81/
          http://日本。jp/                     | http://xn--wgv71a.jp/
          http://u:p@h/                       | http://u:p@h/
          http://u@x:p@ss w@h/                | http://u%40x:p%40ss%20w@h/
          http://u:p!$&'()*+,;=~@my_host/     | http://u:p!$&'()*+,;=~@my_host/
          http://@h/                          | http://h/
          """)
  void takesUrisAsBrowsersDo(String text, String expected) {
    URI uri = HttpUris.parse(text);

    assertThat(uri).hasToString(expected);
    assertThat(HttpUris.parse(uri.toString())).as("parsed again").isEqualTo(uri);
  }

  @Test
  void escapesWhatRfc3986Forbids() {
    assertThat(HttpUris.parse("http://h/\"<>{}|\\^`[] ?\"<>{}|\\^`[] "))
        .hasToString("http://h/%22%3C%3E%7B%7D%7C%5C%5E%60%5B%5D%20?%22%3C%3E%7B%7D%7C%5C%5E%60[]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                      | must begin with http
          example.com/x           | must begin with http
          /x                      | must begin with http
          http:/h/x               | must begin with http
          mailto:a@b              | must begin with http
          ftp://h/x               | only http and https
          file:///etc/passwd      | only http and https
          javascript://h/%0aalert | only http and https
          http://                 | names no host
          http:///x               | names no host
          http://?x               | names no host
          http://:80/             | names no host
          http://u@/              | names no host
          http://h:0/             | port
          http://h:65536/         | port
          http://h:-1/            | port
          http://h:+80/           | port
          http://h:8080x/         | port
          http://h:٣/             | port
          http://h:999999999999/  | port
          http://256.0.0.1/       | no IPv4 address
          http://1.2.3.4.5/       | no IPv4 address
          http://1.2.3.256/       | no IPv4 address
          http://4294967296/      | no IPv4 address
          http://99999999999999999999/ | no IPv4 address
          http://08.1.1.1/        | no IPv4 address
          http://1.09/            | no IPv4 address
          http://example.0x4/     | no IPv4 address
          http://example.1/       | no IPv4 address
          http://a b/             | not a valid name
          http://a..b/            | not a valid name
          http://.a/              | not a valid name
          http://a%41/            | not a valid name
          http://good.com\\@evil/ | backslash
          http://a<b/             | not a valid name
          http://ü..b/            | not a valid name
          http://::1/             | brackets
          http://[::1/            | IPv6
          http://[::1]x/          | IPv6
          http://[fe80::1%25eth0]/| IPv6
          http://[1:2]/           | IPv6
          http://[127.0.0.1]/     | IPv6
          http://[::127.0.0.01]/  | IPv6
          http://[::256.0.0.1]/   | IPv6
          http://[::1.2.3]/       | IPv6
          http://[::1.2.3.4:5]/   | IPv6
          http://[1:2:3:4:5:6:7:1.2.3.4]/ | IPv6
          http://h/a\\rb          | line break
          http://h/a\\n           | line break
          http://h/a\\0b          | NUL
          """)
  void refusesWhatIsNoUri(String text, String reason) {
    String given = text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");

    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> HttpUris.parse(given))
        .satisfies(e -> assertThat(e.reason()).contains(reason))
        .satisfies(e -> assertThat(e.uri().getScheme()).isEqualTo("invalid"))
        .withNoCause();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://user:SECRET@h:0/x",
        "http://user:SEC/SECRET@h/x",
        "http://user:SECRET?SECRET@h/x",
        "http://user:SECRET#SECRET@h/x",
        "http://h:0/x?sig=SECRET",
        "http://h:0/x?mail=a@b&sig=SECRET",
        "http://h:0/x#SECRET",
        "user:SECRET@h/x",
        "SECRET?SECRET@h",
        "SECRET?x@y://SECRET@z",
        "ftp://user:SECRET@h/x?SECRET",
      })
  void showsNoSecretOfWhatItRefuses(String text) {
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> HttpUris.parse(text))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("SEC"))
        .satisfies(e -> assertThat(e.uri().toString()).doesNotContain("SEC"));
  }

  @Test
  void showsWhatItRefusesOnOneSafeLine() {
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> HttpUris.parse("ftp://h/\u001B[31m\u202Egnp\r\n.exe"))
        .withMessage("ftp://h/[31mgnp  .exe cannot be used: it contains a line break or a NUL");
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> HttpUris.parse("http://ho%73t/%zz"))
        .withMessage("http://ho%73t/%zz cannot be used: the host is not a valid name");
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> HttpUris.parse("x".repeat(5000)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(250));
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> HttpUris.parse("\uD800 \uDC00"))
        .withMessageContaining("must begin with");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http://h/            | h       | 80   |       | /
          https://h            | h       | 443  |       | /
          https://u:p@h:8443/x?| h       | 8443 | u:p   | /x?
          http://my_host:81/a?b| my_host | 81   |       | /a?b
          http://u@my_host/    | my_host | 80   | u     | /
          http://[::1]/        | ::1     | 80   |       | /
          http://u:1@[::1]:82/ | ::1     | 82   | u:1   | /
          http://0x7f.1/       | 127.0.0.1 | 80 |       | /
          """)
  void readsTheParts(String text, String host, int port, String userInfo, String target) {
    URI uri = HttpUris.parse(text);

    assertThat(HttpUris.host(uri)).isEqualTo(host);
    assertThat(HttpUris.port(uri)).isEqualTo(port);
    assertThat(HttpUris.userInfo(uri)).isEqualTo(userInfo);
    assertThat(HttpUris.requestTarget(uri)).isEqualTo(target);
  }

  @ParameterizedTest
  @CsvSource({
    "http://h/a, http://h:80/b?c, true",
    "https://H/, https://u@h:443/, true",
    "http://h/, https://h/, false",
    "http://h/, http://h:81/, false",
    "http://h/, http://g/, false",
    "http://h:443/, https://h/, false",
  })
  void comparesOrigins(String one, String other, boolean same) {
    assertThat(HttpUris.sameOrigin(HttpUris.parse(one), HttpUris.parse(other))).isEqualTo(same);
  }

  @ParameterizedTest
  @CsvSource({
    "https://user:SECRET@h:8443/a/b?sig=SECRET#SECRET, https://h:8443/a/b?…",
    "http://user:SECRET@my_host/, http://my_host/",
    "http://h/x?, http://h/x?…",
    "http://h/x?…, http://h/x?…",
    "mailto:SECRET, mailto:…",
    "/relative?SECRET, /relative?…",
    "//u:SECRET@h/x, //h/x",
  })
  void redacts(String uri, String shown) {
    assertThat(HttpUris.redact(URI.create(uri))).isEqualTo(shown);
  }
}
