package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadException.FileAccess;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.reactive.result.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.util.DisconnectedClientHelper;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/**
 * Turns whatever goes wrong into a problem (RFC 9457).
 *
 * <p>The type of what the engine reports is {@code urn:qsde:problem:} and the name of the {@link
 * DownloadException}, such as {@code address-refused}. What the framework refuses has the type
 * {@code about:blank}: its status says it all.
 */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
final class Problems extends ResponseEntityExceptionHandler {

  static final String TYPE = "urn:qsde:problem:";

  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  /** How Jackson begins, which has no exception of its own for it; the name follows in quotes. */
  private static final String TWICE = "Duplicate Object property ";

  /** What is not here is the other server's fault, or that of the way to it. */
  private static final Map<Class<? extends DownloadException>, HttpStatus> STATUSES =
      Map.ofEntries(
          Map.entry(DownloadException.InvalidRequest.class, HttpStatus.BAD_REQUEST),
          Map.entry(DownloadException.AddressRefused.class, HttpStatus.FORBIDDEN),
          Map.entry(DownloadException.RedirectRefused.class, HttpStatus.FORBIDDEN),
          Map.entry(DownloadException.TooLarge.class, HttpStatus.CONTENT_TOO_LARGE),
          Map.entry(DownloadException.ChecksumMismatch.class, HttpStatus.UNPROCESSABLE_CONTENT),
          Map.entry(DownloadException.Timeout.class, HttpStatus.GATEWAY_TIMEOUT),
          Map.entry(DownloadException.DiskFull.class, HttpStatus.INSUFFICIENT_STORAGE),
          Map.entry(DownloadException.Cancelled.class, HttpStatus.SERVICE_UNAVAILABLE),
          Map.entry(DownloadException.Unexpected.class, HttpStatus.INTERNAL_SERVER_ERROR));

  @ExceptionHandler
  Mono<ResponseEntity<Object>> handle(DownloadException failed, ServerWebExchange exchange) {
    if (exchange.getResponse().isCommitted()) {
      return Mono.error(failed); // all that is left is to break the connection
    }
    ProblemDetail problem = of(failed);
    HttpHeaders headers = new HttpHeaders();
    if (failed instanceof DownloadException.HttpStatus upstream) {
      Duration wait = upstream.retryIn();
      if (wait != null) {
        headers.set(HttpHeaders.RETRY_AFTER, Long.toString(wait.toSeconds()));
      }
    }
    return createResponseEntity(
        problem, headers, HttpStatusCode.valueOf(problem.getStatus()), exchange);
  }

  @ExceptionHandler
  Mono<ResponseEntity<Object>> handle(Exception unexpected, ServerWebExchange exchange) {
    if (exchange.getResponse().isCommitted()) {
      return Mono.error(unexpected);
    }
    if (!DisconnectedClientHelper.isClientDisconnectedException(unexpected)) {
      LOG.error("{} failed", exchange.getRequest().getPath(), unexpected);
    }
    HttpStatus status = HttpStatus.INTERNAL_SERVER_ERROR;
    return createResponseEntity(
        problem(status, "unexpected", "this should not have happened: see the service's log"),
        HttpHeaders.EMPTY,
        status,
        exchange);
  }

  /** Says what is wrong with a body or a parameter, in words that help whoever has written it. */
  @Override
  protected Mono<ResponseEntity<Object>> handleServerWebInputException(
      ServerWebInputException wrong,
      HttpHeaders headers,
      HttpStatusCode status,
      ServerWebExchange exchange) {
    return createResponseEntity(
        problem(HttpStatus.BAD_REQUEST, "invalid-value", reason(wrong)), headers, status, exchange);
  }

  private static @Nullable String reason(ServerWebInputException wrong) {
    for (Throwable cause = wrong; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnrecognizedPropertyException unknown) {
        return "there is no member " + unknown.getPropertyName();
      }
      if (cause instanceof JacksonException json && json.getOriginalMessage().startsWith(TWICE)) {
        return json.getOriginalMessage().substring(TWICE.length()) + " stands there twice";
      }
      if (cause instanceof DatabindException bind && !bind.getPath().isEmpty()) {
        return bind.getPath().get(0).getPropertyName() + " has a value that it can't have";
      }
      if (cause instanceof JacksonException) {
        return "the body is not the JSON that is expected here";
      }
      if (cause instanceof TypeMismatchException mismatch) {
        return mismatch.getValue() + " is not a value of " + mismatch.getPropertyName();
      }
    }
    return wrong.getReason();
  }

  /** As a problem in JSON, whatever the client would rather have had: a stream of events, say. */
  @Override
  protected Mono<ResponseEntity<Object>> createResponseEntity(
      @Nullable Object body,
      @Nullable HttpHeaders headers,
      HttpStatusCode status,
      ServerWebExchange exchange) {
    if (body instanceof ProblemDetail problem) {
      problem.setInstance(instance(exchange.getRequest().getPath().value()));
    }
    return Mono.just(
        ResponseEntity.status(status)
            .headers(headers)
            .contentType(MediaType.APPLICATION_PROBLEM_JSON)
            .body(body));
  }

  /** Some paths that a server is asked for are no URI, such as two slashes. */
  private static URI instance(String path) {
    try {
      return new URI(path);
    } catch (URISyntaxException e) {
      return URI.create("/");
    }
  }

  /** Returns what went wrong with a download. */
  static ProblemDetail of(Throwable thrown) {
    if (thrown instanceof ServiceProblem problem) {
      return problem.getBody();
    }
    if (!(thrown instanceof DownloadException failed)) {
      return problem(HttpStatus.INTERNAL_SERVER_ERROR, "unexpected", null);
    }
    ProblemDetail problem =
        problem(status(failed), kebab(failed.getClass().getSimpleName()), failed.getMessage());
    problem.setProperty("retryable", failed.retryable());
    if (failed instanceof DownloadException.HttpStatus upstream) {
      problem.setProperty("upstreamStatus", upstream.status());
    }
    return problem;
  }

  static ProblemDetail problem(HttpStatus status, String kind, @Nullable String detail) {
    ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
    problem.setType(URI.create(TYPE + kind));
    String words = kind.replace('-', ' ');
    problem.setTitle(words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1));
    return problem;
  }

  private static HttpStatus status(DownloadException failed) {
    if (failed instanceof FileAccess file) {
      return switch (file.reason()) {
        case EXISTS, IN_USE -> HttpStatus.CONFLICT;
        case NAME_REFUSED -> HttpStatus.BAD_REQUEST;
        default -> HttpStatus.INTERNAL_SERVER_ERROR;
      };
    }
    return STATUSES.getOrDefault(failed.getClass(), HttpStatus.BAD_GATEWAY);
  }

  private static String kebab(String name) {
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }
}
