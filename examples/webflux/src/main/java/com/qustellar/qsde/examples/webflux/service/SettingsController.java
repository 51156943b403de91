package com.qustellar.qsde.examples.webflux.service;

import io.swagger.v3.oas.annotations.Operation;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/**
 * The engine's settings over HTTP. What decides how far the service reaches, its addresses and its
 * proxies, is left to the configuration alone.
 */
@RestController
final class SettingsController {

  private static final String JSON = MediaType.APPLICATION_JSON_VALUE;

  private final Settings settings;

  SettingsController(Settings settings) {
    this.settings = settings;
  }

  @Operation(summary = "Shows the limits")
  @GetMapping("/limits")
  LimitsView limits() {
    return settings.limits();
  }

  @Operation(summary = "Replaces the limits, over a restart as well")
  @PutMapping(path = "/limits", consumes = JSON, produces = JSON)
  Mono<LimitsView> limits(@RequestBody LimitsView wanted) {
    return settings.limits(wanted);
  }

  @Operation(summary = "Goes back to the limits of the configuration")
  @DeleteMapping(path = "/limits", produces = JSON)
  Mono<LimitsView> configuredLimits() {
    return settings.configuredLimits();
  }

  @Operation(summary = "Shows the network settings")
  @GetMapping("/network")
  NetworkView network() {
    return settings.network();
  }

  @Operation(summary = "Replaces the network settings, over a restart as well")
  @PutMapping(path = "/network", consumes = JSON, produces = JSON)
  Mono<NetworkView> network(@RequestBody NetworkView wanted) {
    return settings.network(wanted);
  }

  @Operation(summary = "Goes back to the network settings of the configuration")
  @DeleteMapping(path = "/network", produces = JSON)
  Mono<NetworkView> configuredNetwork() {
    return settings.configuredNetwork();
  }
}
