package com.qustellar.qsde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.qustellar.qsde.DownloadException.InvalidRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {

  private static final Limits LIMITS = Limits.defaults();
  private static final NetworkSettings NETWORK = NetworkSettings.defaults();

  @Test
  void limitsHaveTheDocumentedDefaults() {
    assertThat(LIMITS)
        .hasToString(
            "Limits[maxConcurrentDownloads=8, connectionsPerDownload=auto, connectionsPerHost=16,"
                + " writeBufferSize=262144, segmentSize=auto, memoryBudget=67108864,"
                + " bytesPerSecond=unlimited]");
    assertThat(LIMITS.withBytesPerSecond(5).withConnectionsPerDownload(4).toString())
        .contains("connectionsPerDownload=4", "bytesPerSecond=5");
  }

  @Test
  void limitsHaveLeastValues() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LIMITS.withSegmentSize(65535))
        .withMessage("the segment size in bytes must be at least 65536, not 65535");
    assertThatIllegalArgumentException().isThrownBy(() -> LIMITS.withMaxConcurrentDownloads(0));
    assertThatIllegalArgumentException().isThrownBy(() -> LIMITS.withConnectionsPerDownload(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> LIMITS.withConnectionsPerHost(0));
    assertThatIllegalArgumentException().isThrownBy(() -> LIMITS.withWriteBufferSize(4095));
    assertThatIllegalArgumentException().isThrownBy(() -> LIMITS.withMemoryBudget(1048575));
    assertThatIllegalArgumentException().isThrownBy(() -> LIMITS.withBytesPerSecond(0));
  }

  @Test
  void networkHasTheDocumentedDefaults() {
    assertThat(NETWORK.proxy()).isEqualTo(ProxySettings.none());
    assertThat(NETWORK.tls()).isEqualTo(TlsSettings.defaults());
    assertThat(NETWORK.tls().verification()).isTrue();
    assertThat(NETWORK.userAgent()).matches("qsde/\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
    assertThat(NETWORK.headers()).isEmpty();
    assertThat(NETWORK.connectTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(NETWORK.stallTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(NETWORK.speedLimit()).isZero();
    assertThat(NETWORK.maxRedirects()).isEqualTo(20);
    assertThat(NETWORK.addressPolicy()).isEqualTo(AddressPolicy.any());
    assertThat(NETWORK.protocol()).isEqualTo(HttpProtocol.AUTO);
  }

  @Test
  void networkRefusesWhatCannotWork() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NETWORK.withConnectTimeout(Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NETWORK.withStallTimeout(Duration.ofNanos(-1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NETWORK.withSpeedLimit(-1))
        .withMessage("the speed limit must be at least 0, not -1");
    assertThatIllegalArgumentException().isThrownBy(() -> NETWORK.withMaxRedirects(-1));
    assertThatExceptionOfType(InvalidRequest.class)
        .isThrownBy(() -> NETWORK.withUserAgent(" "))
        .withMessage("the network settings cannot be used: the user agent is empty");
  }

  @Test
  void networkCopiesItsHeadersAndLooksThemUpWithoutCase() {
    Map<String, String> headers = new HashMap<>(Map.of("X-A", "1"));
    NetworkSettings settings = NETWORK.withHeaders(headers);
    headers.put("X-B", "2");

    assertThat(settings.headers()).containsOnlyKeys("X-A");
    assertThat(settings.headers().get("x-a")).isEqualTo("1");
    assertThat(settings.withHeaders(Map.of()).headers()).isEmpty();
  }

  @Test
  void networkShowsNoSecret() {
    assertThat(
            NETWORK
                .withProxy("http://user:SECRET@proxy:1")
                .withHeaders(Map.of("Cookie", "SECRET"))
                .withTls(TlsSettings.defaults().withVerification(false))
                .toString())
        .doesNotContain("SECRET")
        .contains("http://proxy:1", "Cookie=…", "verification=false");
  }

  @Test
  void tlsShowsItsFiles() {
    assertThat(
            TlsSettings.defaults()
                .withTrustedCertificates(Path.of("ca.pem"))
                .withClientCertificate(Path.of("c.pem"), Path.of("k.pem")))
        .hasToString(
            "TlsSettings[trustedCertificates=ca.pem, clientCertificate=c.pem, clientKey=k.pem,"
                + " verification=true]");
  }

  @Test
  void retriesHaveTheDocumentedDefaults() {
    assertThat(RetryPolicy.defaults())
        .hasToString(
            "RetryPolicy[maxAttempts=defaults {}, backoff=PT0.2S to PT30S, jitter=1.0,"
                + " budget=PT5M, longestRetryAfter=PT1M]");
    assertThat(RetryPolicy.none().withMaxAttempts(DownloadException.HttpStatus.class, 3).toString())
        .contains("maxAttempts=1 {HttpStatus=3}");
  }
}
