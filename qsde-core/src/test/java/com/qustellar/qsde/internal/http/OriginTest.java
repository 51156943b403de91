package com.qustellar.qsde.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginTest {

  @ParameterizedTest
  @CsvSource({
    "http://example.org, http, example.org, 80, example.org",
    "HTTPS://Example.ORG/x?y#z, https, example.org, 443, example.org",
    "https://example.org:443/, https, example.org, 443, example.org",
    "https://example.org:80/, https, example.org, 80, example.org:80",
    "http://example.org:443/, http, example.org, 443, example.org:443",
    "http://example.org:/, http, example.org, 80, example.org",
    "http://my_host:8080/, http, my_host, 8080, my_host:8080",
    "http://user:pa%40ss@my_host/, http, my_host, 80, my_host",
    "http://[::1]/, http, ::1, 80, [::1]",
    "http://u@[2001:DB8::1]:8080/, http, 2001:db8::1, 8080, [2001:db8::1]:8080",
    "http://127.0.0.1:65535, http, 127.0.0.1, 65535, 127.0.0.1:65535",
    "http://example.org./, http, example.org., 80, example.org.",
  })
  void originIsWhoAnswers(String uri, String scheme, String host, int port, String hostHeader) {
    Origin origin = Origin.of(HttpUris.parse(uri));
    assertThat(origin).isEqualTo(new Origin(scheme, host, port));
    assertThat(origin.hostHeader()).isEqualTo(hostHeader);
    assertThat(origin).hasToString(scheme + "://" + hostHeader);
  }
}
