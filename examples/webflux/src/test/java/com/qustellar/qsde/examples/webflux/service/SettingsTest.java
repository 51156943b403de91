package com.qustellar.qsde.examples.webflux.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
  void healthAndMetricsAreThereAndNothingElse() {
    assertThat(get("/actuator/health").json().path("status").asString()).isEqualTo("UP");
    assertThat(get("/actuator/prometheus").text()).contains("qsde_downloads_active");
    get("/actuator/env").isStatus(404);
  }
}
