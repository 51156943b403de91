package com.qustellar.qsde.examples.webflux.service;

import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the OpenAPI description at {@code /openapi} says beyond what the controllers do. */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {

  @Bean
  OpenApiCustomizer description() {
    return api -> {
      api.info(
          new Info()
              .title("QSDE service")
              .version("1")
              .description(
                  "Downloads as a service. A POST needs Content-Type: application/json, or without"
                      + " a body X-Requested-With; writes and relays need Authorization: Bearer"
                      + " where a token is set. Every error is a problem (RFC 9457)."));
      // Wherever it was asked.
      api.setServers(null);
      api.getPaths()
          .values()
          .forEach(
              path ->
                  path.readOperations()
                      .forEach(
                          operation ->
                              operation.getResponses().addApiResponse("default", problem())));
    };
  }

  private static ApiResponse problem() {
    Schema<?> problem =
        new Schema<>()
            .type("object")
            .addProperty("type", new Schema<>().type("string"))
            .addProperty("title", new Schema<>().type("string"))
            .addProperty("status", new Schema<>().type("integer"))
            .addProperty("detail", new Schema<>().type("string"));
    return new ApiResponse()
        .description("A problem")
        .content(
            new Content()
                .addMediaType("application/problem+json", new MediaType().schema(problem)));
  }
}
