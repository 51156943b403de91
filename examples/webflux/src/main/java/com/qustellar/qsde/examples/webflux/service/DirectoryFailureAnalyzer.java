package com.qustellar.qsde.examples.webflux.service;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in two sentences that there is no directory. */
final class DirectoryFailureAnalyzer extends AbstractFailureAnalyzer<DirectoryException> {

  @Override
  protected FailureAnalysis analyze(Throwable failure, DirectoryException cause) {
    return new FailureAnalysis(
        cause.getMessage(),
        "Check the permissions of what it is in, or set service.directory to another one.",
        cause);
  }
}
