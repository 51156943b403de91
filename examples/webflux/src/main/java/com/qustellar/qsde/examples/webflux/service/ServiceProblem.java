package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.DownloadState;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** A request that the service itself can't fulfil. */
@SuppressWarnings("serial") // never serialized
final class ServiceProblem extends ErrorResponseException {

  private ServiceProblem(ProblemDetail problem) {
    super(HttpStatus.valueOf(problem.getStatus()), problem, null);
  }

  static ServiceProblem notFound(String id) {
    return of(HttpStatus.NOT_FOUND, "download-not-found", "there is no download " + id);
  }

  static ServiceProblem wrongState(DownloadState state, String what) {
    return of(HttpStatus.CONFLICT, "wrong-state", "a download that is " + state + " " + what);
  }

  static ServiceProblem tooMany(int most) {
    return of(
        HttpStatus.TOO_MANY_REQUESTS,
        "too-many-downloads",
        "the list holds its " + most + " downloads: remove finished ones first");
  }

  static ServiceProblem headersNotKept() {
    return of(
        HttpStatus.CONFLICT,
        "headers-not-kept",
        "its header fields were not kept over a restart: add it anew, with keepHeaders if it may");
  }

  static ServiceProblem noFolder(Exception reason) {
    return of(
        HttpStatus.INSUFFICIENT_STORAGE,
        "no-folder",
        "its folder can't be made or read: look at the service's disk, then retry; " + reason);
  }

  static ServiceProblem notSaved(Throwable reason) {
    return of(
        HttpStatus.SERVICE_UNAVAILABLE,
        "not-saved",
        "the list can't be written: look at the disk or the server of its database, then try again; "
            + reason);
  }

  static ServiceProblem invalid(String detail) {
    return of(HttpStatus.BAD_REQUEST, "invalid-value", detail);
  }

  /** Returns a value that a client must have given. */
  static <T> T required(String name, @Nullable T value) {
    if (value == null) {
      throw invalid(name + " is required");
    }
    return value;
  }

  /** The problem that has ended a download. */
  static ServiceProblem of(Failure failure) {
    return of(HttpStatus.valueOf(failure.status()), failure.kind(), failure.detail());
  }

  static ServiceProblem of(HttpStatus status, String kind, String detail) {
    return new ServiceProblem(Problems.problem(status, kind, detail));
  }
}
