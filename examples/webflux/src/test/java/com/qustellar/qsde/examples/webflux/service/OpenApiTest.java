package com.qustellar.qsde.examples.webflux.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

class OpenApiTest extends TestService {

  @Test
  void everyRouteIsDescribed() {
    JsonNode description = get("/openapi").isStatus(200).json();

    Set<String> described = new TreeSet<>();
    description
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method -> {
                          described.add(method.getKey() + " " + path.getKey());
                          JsonNode operation = method.getValue();
                          assertThat(operation.path("summary").asString())
                              .as(path.getKey())
                              .isNotEmpty();
                          assertThat(
                                  operation
                                      .path("responses")
                                      .path("default")
                                      .path("content")
                                      .has("application/problem+json"))
                              .isTrue();
                        }));
    assertThat(described).isEqualTo(routes());
    assertThat(description.path("info").path("title").asString()).isEqualTo("QSDE service");
  }

  private static Set<String> routes() {
    Set<String> routes = new TreeSet<>();
    bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
        .getHandlerMethods()
        .forEach(
            (mapping, method) -> {
              if (method.getBeanType().getPackage() == OpenApiTest.class.getPackage()) {
                add(routes, mapping);
              }
            });
    return routes;
  }

  private static void add(Set<String> routes, RequestMappingInfo mapping) {
    mapping
        .getMethodsCondition()
        .getMethods()
        .forEach(
            method ->
                mapping
                    .getPatternsCondition()
                    .getPatterns()
                    .forEach(
                        path -> routes.add(method.name().toLowerCase(Locale.ROOT) + " " + path)));
  }
}
