package com.qustellar.qsde.examples.webflux.service;

import org.flywaydb.core.api.FlywayException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in two sentences why there is no database, in place of a hundred lines. */
final class DatabaseFailureAnalyzer extends AbstractFailureAnalyzer<FlywayException> {

  @Override
  protected FailureAnalysis analyze(Throwable failure, FlywayException cause) {
    Throwable reason = cause.getCause() == null ? cause : cause.getCause();
    return new FailureAnalysis(
        "The database can't be used: " + reason.getMessage(),
        "See whether another service that runs has this directory: stop that one, or set"
            + " service.directory. Else see spring.flyway.url and spring.r2dbc.url.",
        cause);
  }
}
