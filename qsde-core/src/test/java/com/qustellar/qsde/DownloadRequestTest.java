package com.qustellar.qsde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DownloadRequestTest {

  private static final DownloadRequest REQUEST = DownloadRequest.of("https://h/x?y", Path.of("x"));

  @Test
  void isMadeFromTextAndUris() {
    assertThat(DownloadRequest.of("http://h/a b").uri()).hasToString("http://h/a%20b");
    assertThat(DownloadRequest.of("http://h/a").target()).isNull();
    assertThat(DownloadRequest.of(URI.create("http://h/é")).uri()).hasToString("http://h/%C3%A9");
    assertThat(DownloadRequest.of(URI.create("http://h/"), Path.of("d")).target())
        .isEqualTo(Path.of("d"));
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> DownloadRequest.of(URI.create("file:///etc/passwd")));
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> DownloadRequest.of("htp://h/", Path.of("x")))
        .withMessage("htp://h/ cannot be used: only http and https can be downloaded");
  }

  @Test
  void takesNamesThatOthersChoseWithoutLeavingTheDirectory() {
    Path directory = Path.of("d");

    assertThat(DownloadRequest.of("http://h/x", directory, "a.txt").target())
        .isEqualTo(directory.resolve("a.txt"));
    assertThat(DownloadRequest.of("http://h/x", directory, "../../etc/.passwd\u202e").target())
        .isEqualTo(directory.resolve("passwd"));
    assertThat(DownloadRequest.of("http://h/x", directory, "..").target())
        .isEqualTo(directory.resolve("download"));
  }

  @Test
  void hasAnIdOfItsOwnThatCopiesKeep() {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      String id = DownloadRequest.of("http://h/").id();
      assertThat(id).matches("[0-9A-Za-z_-]{12}");
      ids.add(id);
    }
    assertThat(ids).hasSize(1000);
    assertThat(REQUEST.withPriority(1).id()).isEqualTo(REQUEST.id());
  }

  @Test
  void hasTheDocumentedDefaults() {
    assertThat(REQUEST.mirrors()).isEmpty();
    assertThat(REQUEST.source()).isNull();
    assertThat(REQUEST.checksum()).isNull();
    assertThat(REQUEST.computedChecksum()).isNull();
    assertThat(REQUEST.headers()).isEmpty();
    assertThat(REQUEST.connections()).isEqualTo(Limits.AUTO);
    assertThat(REQUEST.priority()).isZero();
    assertThat(REQUEST.retryPolicy()).isNull();
    assertThat(REQUEST.network()).isNull();
    assertThat(REQUEST.resume()).isTrue();
    assertThat(REQUEST.overwrite()).isFalse();
    assertThat(REQUEST.fsync()).isNull();
    assertThat(REQUEST.totalBytes()).isEmpty();
    assertThat(REQUEST.maxBytes()).isEqualTo(Limits.UNLIMITED);
    assertThat(REQUEST.bytesPerSecond()).isEqualTo(Limits.UNLIMITED);
    assertThat(REQUEST.totalTimeout()).isNull();
  }

  @Test
  void mirrorsAreUrisThatCountOnce() {
    DownloadRequest request =
        REQUEST.withMirrors("http://m/a b", "https://h/x?y#z", "HTTP://M/a%20b", "http://n/");
    assertThat(request.mirrors())
        .containsExactly(URI.create("http://m/a%20b"), URI.create("http://n/"));
    assertThat(request.uri()).isEqualTo(REQUEST.uri());
    assertThat(request.withMirrors(List.of()).mirrors()).isEmpty();
    assertThat(request.withMirrors(List.of(URI.create("http://ü/"))).mirrors())
        .containsExactly(URI.create("http://xn--tda/"));
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> REQUEST.withMirrors("http://m/", "ftp://m/"))
        .withMessage("ftp://m/ cannot be used: only http and https can be downloaded");
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> request.mirrors().clear());
  }

  @Test
  void headersHaveNoCaseAndTheLastOneCounts() {
    DownloadRequest request =
        REQUEST
            .withHeader("authorization", " \tone ")
            .withHeader("X-A", "ü")
            .withHeader("Authorization", "two");

    assertThat(request.headers())
        .containsExactly(Map.entry("Authorization", "two"), Map.entry("X-A", "ü"));
    assertThat(request.headers().get("AUTHORIZATION")).isEqualTo("two");
    assertThat(REQUEST.withHeader("a", " \tone ").headers()).containsEntry("a", "one");
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> request.headers().put("a", "b"));
  }

  static List<String> reserved() {
    return List.of(
        "Range",
        "If-Range",
        "if-match",
        "If-None-Match",
        "If-Modified-Since",
        "Accept-Encoding",
        "HOST",
        "Connection",
        "Keep-Alive",
        "Proxy-Connection",
        "Proxy-Authorization",
        "Transfer-Encoding",
        "TE",
        "Trailer",
        "Upgrade",
        "Content-Length",
        "Expect");
  }

  @ParameterizedTest
  @MethodSource("reserved")
  void refusesTheEnginesOwnFields(String name) {
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> REQUEST.withHeader(name, "x"))
        .withMessage(
            "https://h/x?… cannot be used: the header "
                + name
                + " is set by the engine itself: leave it out");
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> NetworkSettings.defaults().withHeaders(Map.of("Ok", "x", name, "x")))
        .withMessageStartingWith("the network settings cannot be used: the header " + name);
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> new Source(URI.create("http://h/"), Map.of(name, "x")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "a b", "a:", ":authority", "a\r\nb", "ä", "(a)", "a\0", "a\u007F"})
  void refusesNamesThatAreNoTokens(String name) {
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> REQUEST.withHeader(name, "x"))
        .withMessageContaining("name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SECRET\r\nX: y", "SECRET\n", "\rSECRET", "SECRET\0", "SECRET\u001B", "SECRET日"})
  void refusesValuesThatNoHeaderCanCarry(String value) {
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> REQUEST.withHeader("Authorization", value))
        .withMessageContaining("the header Authorization contains")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("SECRET"));
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> NetworkSettings.defaults().withUserAgent(value))
        .withMessageContaining("the user agent contains");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sha256:2cf24dba5fb0 | sha256 takes 64 hex digits, this has 12
          abc                 | a checksum names its algorithm first
          sha3:00             | the algorithm of a checksum is
          """)
  void saysWhatIsWrongWithAChecksum(String checksum, String reason) {
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> REQUEST.withChecksum(checksum))
        .withMessageStartingWith("https://h/x?… cannot be used: " + reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a\nb", "a\u001Bb", "\u202E"})
  void refusesIdsThatCannotBeShown(String id) {
    assertThatExceptionOfType(InvalidRequest.class).isThrownBy(() -> REQUEST.withId(id));
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> REQUEST.withId("x".repeat(201)));
  }

  @Test
  void refusesNumbersOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> REQUEST.withConnections(-1))
        .withMessage("the number of connections must be at least 0, not -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> REQUEST.withTotalBytes(-1))
        .withMessage("the length of a file must be at least 0, not -1");
    assertThatIllegalArgumentException().isThrownBy(() -> REQUEST.withMaxBytes(0));
    assertThatIllegalArgumentException().isThrownBy(() -> REQUEST.withBytesPerSecond(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> REQUEST.withTotalTimeout(Duration.ZERO))
        .withMessage("the total timeout must be longer than zero");
  }

  @Test
  void showsItsUriWithoutSecrets() {
    assertThat(DownloadRequest.of("https://u:p@h:1/x?secret#f").redactedUri())
        .isEqualTo("https://h:1/x?…");
  }

  @Test
  void showsNoSecret() {
    DownloadRequest request =
        DownloadRequest.of("https://user:SECRET@h/x?sig=SECRET", Path.of("x"))
            .withId("id")
            .withHeader("Authorization", "SECRET")
            .withHeader("Cookie", "SECRET");

    assertThat(request)
        .hasToString(
            "DownloadRequest[id=id, uri=https://h/x?…, target=x, headers={Authorization=…,"
                + " Cookie=…}]");
    assertThat(request.withMirrors("https://user:SECRET@m/y?sig=SECRET", "http://n/"))
        .asString()
        .contains("uri=https://h/x?…, mirrors=[https://m/y?…, http://n/], target=x")
        .doesNotContain("SECRET");
  }
}
