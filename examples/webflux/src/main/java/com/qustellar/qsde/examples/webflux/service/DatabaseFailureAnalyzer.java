package com.qustellar.qsde.examples.webflux.service;

import java.io.IOException;
import org.flywaydb.core.api.FlywayException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;

/** Says in two sentences why there is no database, in place of a hundred lines. */
final class DatabaseFailureAnalyzer extends AbstractFailureAnalyzer<FlywayException> {

  @Override
  protected FailureAnalysis analyze(Throwable failure, FlywayException cause) {
    Throwable first = NestedExceptionUtils.getMostSpecificCause(cause);
    Throwable next = cause.getCause() == null ? cause : cause.getCause();
    // What the system says, where it is the system that refuses: that a disk is full, say.
    Throwable reason = first instanceof IOException ? first : next;
    return new FailureAnalysis(
        "The database can't be used: " + reason.getMessage(),
        "See whether the directory's disk is full, or another service that runs has it: stop that"
            + " one, or set service.directory. Else see spring.flyway.url and spring.r2dbc.url.",
        cause);
  }
}
