package com.qustellar.qsde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxySettingsTest {

  private static final URI HTTP = URI.create("http://h/x");
  private static final URI HTTPS = URI.create("https://h/x");

  @ParameterizedTest
  @CsvSource({
    "proxy:3128, http://proxy:3128",
    "proxy, http://proxy:80",
    "HTTP://Proxy:3128/, http://proxy:3128",
    "http://user:pass@proxy, http://user:pass@proxy:80",
    "http://user:1234@proxy, http://user:1234@proxy:80",
    "http://user@proxy:1, http://user@proxy:1",
    "socks5://proxy, socks5://proxy:1080",
    "socks5h://u:p@my_proxy:9050, socks5h://u:p@my_proxy:9050",
    "http://[::1]:8080, http://[::1]:8080",
    "http://[::1], http://[::1]:80",
  })
  void takesProxies(String text, String expected) {
    ProxySettings settings = ProxySettings.parse(text);

    assertThat(settings.proxyFor(HTTP)).contains(URI.create(expected));
    assertThat(settings.proxyFor(HTTPS)).contains(URI.create(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "https://proxy:443",
        "socks4://proxy",
        "ftp://proxy",
        "http://",
        "http://proxy:0",
        "http://proxy/path",
        "http://proxy/?q",
        "http://SECRET:SECRET@proxy:0",
        "pro xy"
      })
  void refusesWhatIsNoProxy(String text) {
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> ProxySettings.parse(text))
        .withMessageContaining("cannot be used: ")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("SECRET"));
  }

  @Test
  void goesByTheSchemeOfTheTarget() {
    ProxySettings settings = ProxySettings.none().withScheme("HTTPS", "socks5://s");

    assertThat(settings.proxyFor(HTTP)).isEmpty();
    assertThat(settings.proxyFor(HTTPS)).contains(URI.create("socks5://s:1080"));
    assertThat(ProxySettings.none().proxyFor(HTTPS)).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> settings.withScheme("ftp", "http://p"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          example.com           | http://example.com/          | true
          example.com           | http://EXAMPLE.com./         | true
          example.com           | http://a.b.example.com/      | true
          .example.com          | http://example.com/          | true
          *.example.com         | http://a.example.com/        | true
          Example.COM.          | http://example.com/          | true
          example.com           | http://notexample.com/       | false
          example.com           | http://example.com.evil/     | false
          `a, b  c,,`           | http://c/                    | true
          `a, b  c,,`           | http://d/                    | false
          ``                    | http://d/                    | false
          *                     | http://anything/             | true
          *                     | http://10.0.0.1/             | true
          example.com:8080      | http://example.com:8080/     | true
          example.com:8080      | http://example.com/          | false
          example.com:443       | https://example.com/         | true
          10.0.0.0/8            | http://10.1.2.3/             | true
          10.0.0.0/8            | http://11.1.2.3/             | false
          10.0.0.0/8            | http://10.example.com/       | false
          192.168.128.0/17      | http://192.168.127.255/      | false
          192.168.128.0/17      | http://192.168.128.0/        | true
          127.0.0.1             | http://127.0.0.1:9/          | true
          127.0.0.1:9           | http://127.0.0.1:9/          | true
          127.0.0.1:9           | http://127.0.0.1/            | false
          0.1                   | http://127.0.0.1/            | false
          ::1                   | http://[::1]/                | true
          [::1]:80              | http://[0:0:0:0:0:0:0:1]/    | true
          [::1]:81              | http://[::1]/                | false
          fd00::/8              | http://[fd12::1]/            | true
          fd00::/8              | http://[fe80::1]/            | false
          0.0.0.0/0             | http://8.8.8.8/              | true
          10.0.0.0/33           | http://10.0.0.1/             | false
          """)
  void leavesOutNoProxy(String noProxy, URI target, boolean direct) {
    ProxySettings settings = ProxySettings.parse("proxy:1").withNoProxy(noProxy);

    assertThat(settings.proxyFor(target).isEmpty()).isEqualTo(direct);
  }

  @Test
  void refusesANoProxyPortThatIsNone() {
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> ProxySettings.none().withNoProxy("example.com:http"));
  }

  @Test
  void readsTheEnvironmentAsCurlDoes() {
    ProxySettings settings =
        ProxySettings.fromEnvironment(
            Map.of(
                "HTTPS_PROXY", "http://upper:1",
                "https_proxy", "http://lower:1",
                "ALL_PROXY", "socks5://all:1",
                "NO_PROXY", "direct"));

    assertThat(settings.proxyFor(HTTPS)).contains(URI.create("http://lower:1"));
    assertThat(settings.proxyFor(HTTP)).contains(URI.create("socks5://all:1"));
    assertThat(settings.proxyFor(URI.create("http://direct/"))).isEmpty();
    assertThat(ProxySettings.fromEnvironment(Map.of())).isEqualTo(ProxySettings.none());
  }

  @Test
  void anEmptyVariableTurnsTheProxyOff() {
    ProxySettings settings =
        ProxySettings.fromEnvironment(Map.of("http_proxy", "", "all_proxy", "proxy:1"));

    assertThat(settings.proxyFor(HTTP)).isEmpty();
    assertThat(settings.proxyFor(HTTPS)).isPresent();
  }

  @Test
  void underCgiHttpProxyIsAHeaderOfTheClient() {
    Map<String, String> upper = Map.of("HTTP_PROXY", "evil:1", "HTTPS_PROXY", "good:1");
    Map<String, String> cgi =
        Map.of("HTTP_PROXY", "evil:1", "HTTPS_PROXY", "good:1", "REQUEST_METHOD", "GET");

    assertThat(ProxySettings.fromEnvironment(upper).proxyFor(HTTP)).isPresent();
    assertThat(ProxySettings.fromEnvironment(cgi).proxyFor(HTTP)).isEmpty();
    assertThat(ProxySettings.fromEnvironment(cgi).proxyFor(HTTPS)).isPresent();
    assertThat(
            ProxySettings.fromEnvironment(Map.of("http_proxy", "good:1", "REQUEST_METHOD", "GET"))
                .proxyFor(HTTP))
        .isPresent();
  }

  @Test
  void aVariableThatCannotBeUsedIsNamed() {
    assertThatThrownBy(
            () ->
                ProxySettings.fromEnvironment(Map.of("ALL_PROXY", "http://me:SECRET@proxy:99999")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageEndingWith("65535: correct ALL_PROXY in the environment")
        .hasMessageNotContaining("SECRET");
    assertThatThrownBy(() -> ProxySettings.fromEnvironment(Map.of("no_proxy", "a:b:c:x")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageEndingWith(": correct no_proxy in the environment");
  }

  @Test
  void hidesCredentials() {
    assertThat(ProxySettings.parse("http://user:SECRET@proxy:1").withNoProxy("a b"))
        .hasToString("ProxySettings[http=http://proxy:1, https=http://proxy:1, noProxy=a b]");
  }
}
