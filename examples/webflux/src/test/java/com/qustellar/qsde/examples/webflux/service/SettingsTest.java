package com.qustellar.qsde.examples.webflux.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.qustellar.qsde.reactor.DownloadEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

class SettingsTest extends TestService {

  private static Map<String, Object> limits(int downloads) {
    return Map.of(
        "maxConcurrentDownloads", downloads, "connectionsPerDownload", 2, "connectionsPerHost", 4);
  }

  private static Map<String, ?> network(String userAgent) {
    return Map.of(
        "userAgent", userAgent,
        "connectTimeoutSeconds", 10,
        "stallTimeoutSeconds", 30,
        "maxRedirects", 5,
        "protocol", "AUTO");
  }

  @Test
  void limitsAreReplacedLive() {
    long budget = engine.limits().memoryBudget();
    Map<String, Object> wanted = new HashMap<>(limits(3));
    wanted.put("bytesPerSecond", 1_000_000);

    put("/limits", wanted).isStatus(200);

    assertThat(engine.limits().maxConcurrentDownloads()).isEqualTo(3);
    assertThat(engine.limits().bytesPerSecond()).isEqualTo(1_000_000);
    assertThat(engine.limits().memoryBudget()).isEqualTo(budget);
    assertThat(get("/limits").json()).isEqualTo(JSON.valueToTree(wanted));

    put("/limits", limits(3)).isStatus(200);
    assertThat(get("/limits").json().path("bytesPerSecond").isNull()).isTrue();
  }

  @Test
  void whatTheLibraryRefusesChangesNothing() {
    put("/limits", limits(0)).isProblem(400, "invalid-value");
    put("/limits", Map.of("maxConcurrentDownloads", 1)).isProblem(400, "invalid-value");
    Map<String, Object> between = new HashMap<>(limits(4));
    between.put("maxConcurrentDownloads", 4.7);
    put("/limits", between).isProblem(400, "invalid-value");

    assertThat(engine.limits().maxConcurrentDownloads()).isEqualTo(8);
  }

  @Test
  void networkSettingsAreReplacedLive() {
    String before = engine.network().userAgent();
    put("/network", network("tester/1")).isStatus(200);
    assertThat(engine.network().userAgent()).isEqualTo("tester/1");
    assertThat(get("/network").json()).isEqualTo(JSON.valueToTree(network("tester/1")));

    put("/network", network("two\nlines")).isProblem(400, "invalid-request");
    assertThat(engine.network().userAgent()).isEqualTo("tester/1");
    put("/network", network(before)).isStatus(200);
  }

  @Test
  void whatWasSetGoesBeforeTheConfigurationUntilItIsTakenBack(@TempDir Path directory) {
    try (ConfigurableApplicationContext first = start(directory)) {
      put(port(first), "/limits", limits(3)).isStatus(200);
      put(port(first), "/network", network("tester/1")).isStatus(200);
    }
    String[] configured = {
      "--qsde.limits.max-concurrent-downloads=5",
      "--qsde.limits.segment-size=2MB",
      "--qsde.network.connect-timeout=1500ms"
    };
    try (ConfigurableApplicationContext second = start(directory, configured)) {
      DownloadEngine its = second.getBean(DownloadEngine.class);
      assertThat(its.limits().maxConcurrentDownloads()).isEqualTo(3);
      assertThat(its.limits().segmentSize()).isEqualTo(2 << 20);
      assertThat(its.network().userAgent()).isEqualTo("tester/1");

      Answer limits = send(port(second), "DELETE", "/limits", null).isStatus(200);
      assertThat(limits.json().path("maxConcurrentDownloads").asInt()).isEqualTo(5);
      send(port(second), "DELETE", "/network", null).isStatus(200);
      assertThat(its.network().connectTimeout()).isEqualTo(Duration.ofMillis(1500));

      second.getBean(Settings.class).start(); // what is left of it in the database
      assertThat(its.limits().maxConcurrentDownloads()).isEqualTo(5);
      assertThat(its.network().connectTimeout()).isEqualTo(Duration.ofMillis(1500));
    }
  }

  @Test
  void healthAndMetricsAreThereAndNothingElse() {
    assertThat(get("/actuator/health").json().path("status").asString()).isEqualTo("UP");
    assertThat(get("/actuator/prometheus").text()).contains("qsde_downloads_active");
    get("/actuator/env").isStatus(404);
  }
}
