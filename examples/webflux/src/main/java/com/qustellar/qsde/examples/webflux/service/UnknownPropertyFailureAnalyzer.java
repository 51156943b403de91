package com.qustellar.qsde.examples.webflux.service;

import java.util.stream.Collectors;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Says which properties there are not. Spring's own would show their values: a token, perhaps. */
@Order(0)
final class UnknownPropertyFailureAnalyzer
    extends AbstractFailureAnalyzer<UnboundConfigurationPropertiesException> {

  @Override
  protected FailureAnalysis analyze(
      Throwable failure, UnboundConfigurationPropertiesException cause) {
    String names =
        cause.getUnboundProperties().stream()
            .map(property -> property.getName().toString())
            .collect(Collectors.joining(", "));
    return new FailureAnalysis(
        "There is no such property: " + names + ".",
        "Check its spelling: 'qsde serve --help' and README.md name those that there are.",
        cause);
  }
}
