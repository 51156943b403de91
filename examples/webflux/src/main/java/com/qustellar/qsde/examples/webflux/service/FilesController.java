package com.qustellar.qsde.examples.webflux.service;

import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadState;
import com.qustellar.qsde.reactor.DownloadEngine;
import com.qustellar.qsde.reactor.StreamInfo;
import io.swagger.v3.oas.annotations.Operation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpRange;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;
import org.springframework.http.codec.ResourceHttpMessageWriter;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Bytes over HTTP: finished files, and bodies of other servers as they arrive.
 *
 * <p>Strangers made them, so a browser is to save them and never to show them as a part of this
 * origin: an attachment, its type taken as it is told, and without rights even where it is shown.
 */
@RestController
final class FilesController {

  private static final ResolvableType RESOURCE = ResolvableType.forClass(Resource.class);

  /** How a range that is understood begins; the name of a unit has no case (RFC 9110 §14.1). */
  private static final String BYTES = "bytes=";

  /** Somebody waits for these bytes: they go before downloads that are queued. */
  private static final int RELAY_PRIORITY = 1;

  private final Downloads downloads;
  private final Folders folders;
  private final DownloadEngine engine;
  private final ServiceProperties properties;
  private final ResourceHttpMessageWriter writer = new ResourceHttpMessageWriter();

  FilesController(
      Downloads downloads, Folders folders, DownloadEngine engine, ServiceProperties properties) {
    this.downloads = downloads;
    this.folders = folders;
    this.engine = engine;
    this.properties = properties;
  }

  /** Answers with a finished file, a part of it where a range is asked for (RFC 9110 §14). */
  @Operation(summary = "Hands out a finished file, or a part of it")
  @GetMapping("/downloads/{id}/file")
  Mono<Void> file(@PathVariable String id, ServerWebExchange exchange) {
    Row row = downloads.find(id).row();
    Failure failure = row.failure();
    if (failure != null) {
      throw ServiceProblem.of(failure);
    }
    if (row.state() != DownloadState.COMPLETED) {
      throw ServiceProblem.wrongState(row.state(), "has no file yet");
    }
    Path file = folders.file(row);
    return Mono.fromCallable(() -> Files.readAttributes(file, BasicFileAttributes.class))
        .subscribeOn(Schedulers.boundedElastic())
        .onErrorMap(NoSuchFileException.class, gone -> gone(id))
        .flatMap(attributes -> send(file, attributes, exchange));
  }

  private static ServiceProblem gone(String id) {
    return ServiceProblem.of(HttpStatus.GONE, "file-gone", "somebody removed the file of " + id);
  }

  private Mono<Void> send(Path file, BasicFileAttributes attributes, ServerWebExchange exchange) {
    Instant modified = attributes.lastModifiedTime().toInstant();
    String etag = "\"" + Long.toHexString(modified.toEpochMilli()) + "-" + attributes.size() + "\"";
    ServerHttpRequest request = exchange.getRequest();
    HttpHeaders fields = request.getHeaders();
    if (!isWanted(fields, etag, modified)) {
      throw ServiceProblem.of(
          HttpStatus.PRECONDITION_FAILED, "file-changed", "the file is another one: " + etag);
    }
    if (isKnown(exchange, etag, modified)) {
      return exchange.getResponse().setComplete();
    }
    Resource resource = new FileSystemResource(file);
    List<HttpRange> ranges = List.of();
    // Of a HEAD it means nothing (RFC 9110 §14.2).
    String range = fields.getFirst(HttpHeaders.RANGE);
    if (range != null
        && request.getMethod().equals(HttpMethod.GET)
        && counts(range, fields, etag)) {
      ranges = satisfiable(range, attributes.size());
    }
    request = withRanges(request, ranges);
    String name = String.valueOf(file.getFileName());
    asAttachment(exchange.getResponse().getHeaders(), name);
    MediaType type = MediaTypeFactory.getMediaType(name).orElse(MediaType.APPLICATION_OCTET_STREAM);
    return writer.write(
        Mono.just(resource), RESOURCE, RESOURCE, type, request, exchange.getResponse(), Map.of());
  }

  /** Where there are tags, the date counts for nothing (RFC 9110 §13.2.2). */
  private static boolean isWanted(HttpHeaders headers, String etag, Instant modified) {
    List<String> tags;
    try {
      tags = headers.getIfMatch();
    } catch (IllegalArgumentException e) {
      throw ServiceProblem.invalid("If-Match is not a list of entity tags");
    }
    long unmodifiedSince = headers.getIfUnmodifiedSince();
    return tags.isEmpty()
        ? unmodifiedSince == -1 || modified.getEpochSecond() <= unmodifiedSince / 1000
        : tags.contains("*") || tags.contains(etag);
  }

  /**
   * Spring would look at If-Unmodified-Since again, and at nothing after it: it gets no date then.
   */
  private static boolean isKnown(ServerWebExchange exchange, String etag, Instant modified) {
    if (exchange.getRequest().getHeaders().getIfUnmodifiedSince() == -1) {
      return exchange.checkNotModified(etag, modified);
    }
    exchange.getResponse().getHeaders().setLastModified(modified);
    return exchange.checkNotModified(etag);
  }

  /** A unit that is not known is to be ignored (RFC 9110 §14.2), as a range of another file is. */
  private static boolean counts(String range, HttpHeaders headers, String etag) {
    String condition = headers.getFirst(HttpHeaders.IF_RANGE);
    return range.regionMatches(true, 0, BYTES, 0, BYTES.length())
        && (condition == null || condition.equals(etag));
  }

  private static ServerHttpRequest withRanges(ServerHttpRequest request, List<HttpRange> ranges) {
    return request
        .mutate()
        .headers(
            fields -> {
              fields.remove(HttpHeaders.RANGE);
              if (!ranges.isEmpty()) {
                fields.setRange(ranges);
              }
            })
        .build();
  }

  /**
   * Of several ranges those that the file does not have are left out (RFC 9110 §15.3.7). None at
   * all where several ask for as much as there is, or for more: the file as a whole is the shorter
   * answer, and Spring refuses to give another.
   */
  private static List<HttpRange> satisfiable(String wanted, long size) {
    List<HttpRange> ranges;
    try {
      ranges =
          HttpRange.parseRanges(BYTES + wanted.substring(BYTES.length())).stream()
              .filter(range -> range.getRangeStart(size) < size)
              .toList();
    } catch (IllegalArgumentException e) {
      ranges = List.of();
    }
    if (ranges.isEmpty()) {
      ServiceProblem refusal =
          ServiceProblem.of(
              HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
              "range-not-satisfiable",
              "the file has " + size + " bytes, and no such ranges");
      refusal.getHeaders().set(HttpHeaders.CONTENT_RANGE, "bytes */" + size);
      throw refusal;
    }
    long bytes = ranges.stream().mapToLong(range -> length(range, size)).sum();
    return ranges.size() > 1 && bytes >= size ? List.of() : ranges;
  }

  private static long length(HttpRange range, long size) {
    return range.getRangeEnd(size) - range.getRangeStart(size) + 1;
  }

  /**
   * Passes the body of another server on while it arrives, as fast as the client takes it. Once the
   * first byte has been sent a failure can only break the connection.
   */
  @Operation(summary = "Passes a body on while it arrives")
  @GetMapping("/relay")
  Mono<Void> relay(@RequestParam String url, ServerWebExchange exchange) {
    if (exchange.getRequest().getQueryParams().getOrDefault("url", List.of()).size() > 1) {
      throw ServiceProblem.invalid("url is there twice"); // Spring makes one of them, with a comma
    }
    DownloadRequest request =
        DownloadRequest.of(url)
            .withMaxBytes(properties.maxBytes().toBytes())
            .withPriority(RELAY_PRIORITY);
    boolean bodyWanted = !exchange.getRequest().getMethod().equals(HttpMethod.HEAD);
    return engine.stream(
            request,
            (info, body) -> pass(request, info, bodyWanted ? body : Flux.empty(), exchange))
        .then();
  }

  private static Publisher<Void> pass(
      DownloadRequest request, StreamInfo info, Flux<ByteBuffer> body, ServerWebExchange exchange) {
    ServerHttpResponse response = exchange.getResponse();
    HttpHeaders headers = response.getHeaders();
    headers.setContentType(type(info.contentType()));
    info.totalBytes().ifPresent(headers::setContentLength);
    if (info.contentEncoding() != null) {
      headers.set(HttpHeaders.CONTENT_ENCODING, info.contentEncoding());
    }
    if (info.etag() != null) {
      headers.set(HttpHeaders.ETAG, info.etag());
    }
    if (info.lastModified() != null) {
      headers.setLastModified(info.lastModified());
    }
    headers.set(HttpHeaders.ACCEPT_RANGES, "none");
    asAttachment(headers, name(request, info));
    return response.writeWith(body.map(response.bufferFactory()::wrap));
  }

  private static MediaType type(@Nullable String told) {
    try {
      return told == null ? MediaType.APPLICATION_OCTET_STREAM : MediaType.parseMediaType(told);
    } catch (InvalidMediaTypeException e) {
      return MediaType.APPLICATION_OCTET_STREAM;
    }
  }

  /** As the server says, else as the URL does. */
  private static String name(DownloadRequest request, StreamInfo info) {
    String path = String.valueOf(request.uri().getPath());
    Path named = DownloadRequest.of(request.redactedUri(), Path.of(""), path).target();
    return info.fileName() == null ? String.valueOf(named) : info.fileName();
  }

  private static void asAttachment(HttpHeaders headers, String name) {
    headers.setContentDisposition(
        ContentDisposition.attachment().filename(name, StandardCharsets.UTF_8).build());
    headers.set("Content-Security-Policy", "sandbox; default-src 'none'");
  }
}
