package com.qustellar.qsde.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {

  @ParameterizedTest
  @CsvSource({
    "http://example.org, http, example.org, 80, example.org",
    "HTTPS://Example.ORG/x?y#z, https, example.org, 443, example.org",
    "https://example.org:443/, https, example.org, 443, example.org",
    "http://example.org:443/, http, example.org, 443, example.org:443",
    "http://example.org:/, http, example.org, 80, example.org",
    "http://my_host:8080/, http, my_host, 8080, my_host:8080",
    "http://user:pa%40ss@my_host/, http, my_host, 80, my_host",
    "http://[::1]/, http, ::1, 80, [::1]",
    "http://u@[2001:DB8::1]:8080/, http, 2001:db8::1, 8080, [2001:db8::1]:8080",
    "http://127.0.0.1:65535, http, 127.0.0.1, 65535, 127.0.0.1:65535",
    "http://example.org./, http, example.org., 80, example.org.",
  })
  void originIsReadFromTheAuthority(
      URI uri, String scheme, String host, int port, String hostHeader) {
    Origin origin = Origin.of(uri);
    assertThat(origin).isEqualTo(new Origin(scheme, host, port));
    assertThat(origin.hostHeader()).isEqualTo(hostHeader);
    assertThat(origin).hasToString(scheme + "://" + hostHeader);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://example.org/",
        "file:/tmp/x",
        "file:///tmp/x",
        "mailto:a@b",
        "/path",
        "//example.org/",
        "http:/path",
        "http://:80/",
        "http://user@/",
        "http://my_host:0/",
        "http://my_host:65536/",
        "http://my_host:8o/",
        "http://my_host:99999999999/",
        "http://a:b:80/",
      })
  void otherUrisHaveNone(URI uri) {
    assertThatIllegalArgumentException().isThrownBy(() -> Origin.of(uri));
  }
}
