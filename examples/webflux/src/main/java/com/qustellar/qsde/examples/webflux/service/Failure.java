package com.qustellar.qsde.examples.webflux.service;

import org.springframework.http.ProblemDetail;

/**
 * Why a download failed, as a problem (RFC 9457).
 *
 * @param type which kind of problem it is; stable
 * @param status the HTTP status that goes with it
 * @param detail what failed, why, and what to do
 */
record Failure(String type, int status, String detail) {

  static Failure of(Throwable thrown) {
    ProblemDetail problem = Problems.of(thrown);
    return new Failure(
        String.valueOf(problem.getType()),
        problem.getStatus(),
        String.valueOf(problem.getDetail()));
  }

  /** Returns the type without what all of them begin with. */
  String kind() {
    return type.substring(Problems.TYPE.length());
  }
}
