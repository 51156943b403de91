package com.qustellar.qsde.reactor;

import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.HashAlgorithm;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.internal.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A line of a {@link FailureLog}: one failure, and the request to try again. */
final class FailureLine {

  private FailureLine() {}

  /** Returns a failure on one line. */
  static String of(DownloadOutcome.Failed failed, boolean headers) {
    DownloadRequest request = failed.request();
    DownloadException error = failed.error();
    Path target = request.target();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    fields.put("id", request.id());
    fields.put("uri", request.uri().toString());
    // No URI has a space.
    String mirrors = request.mirrors().stream().map(URI::toString).collect(Collectors.joining(" "));
    fields.put("mirrors", mirrors.isEmpty() ? null : mirrors);
    // Wherever it is read again.
    fields.put("file", target == null ? null : target.toAbsolutePath().toString());
    fields.put("error", error.getClass().getSimpleName());
    fields.put("message", error.getMessage());
    fields.put("retryable", error.retryable());
    Checksum checksum = request.checksum();
    fields.put("checksum", checksum == null ? null : checksum.toString());
    HashAlgorithm computed = request.computedChecksum();
    fields.put("computedChecksum", computed == null ? null : computed.name());
    fields.put("connections", request.connections() == Limits.AUTO ? null : request.connections());
    fields.put("priority", request.priority() == 0 ? null : request.priority());
    fields.put("resume", request.resume() ? null : false);
    fields.put("overwrite", request.overwrite() ? true : null);
    fields.put("ifNewer", request.ifNewer() ? true : null);
    fields.put("remoteTime", request.remoteTime() ? true : null);
    fields.put("fsync", request.fsync());
    fields.put(
        "totalBytes", request.totalBytes().isPresent() ? request.totalBytes().getAsLong() : null);
    fields.put("maxBytes", bounded(request.maxBytes()));
    fields.put("bytesPerSecond", bounded(request.bytesPerSecond()));
    Duration timeout = request.totalTimeout();
    fields.put("totalTimeout", timeout == null ? null : timeout.toString());
    fields.put("headers", headers && !request.headers().isEmpty() ? request.headers() : null);
    return JsonObject.write(fields);
  }

  private static @Nullable Long bounded(long bytes) {
    return bytes == Limits.UNLIMITED ? null : bytes;
  }

  /** Returns the request of a line; nothing for one that was torn, or is no failure. */
  static Optional<DownloadRequest> request(String line) {
    return JsonObject.read(line)
        .flatMap(
            fields ->
                text(fields, "uri")
                    .map(
                        uri ->
                            text(fields, "file")
                                .map(target -> DownloadRequest.of(uri, Path.of(target)))
                                .orElseGet(() -> DownloadRequest.of(uri)))
                    .map(request -> with(request, fields)));
  }

  private static DownloadRequest with(DownloadRequest request, Map<String, Object> fields) {
    DownloadRequest all = request;
    for (Map.Entry<String, Object> field : fields.entrySet()) {
      all = with(all, field.getKey(), field.getValue());
    }
    return all;
  }

  private static DownloadRequest with(DownloadRequest request, String name, Object value) {
    try {
      return switch (name) {
        case "id" -> request.withId((String) value);
        case "mirrors" -> request.withMirrors(((String) value).split(" "));
        case "checksum" -> request.withChecksum((String) value);
        case "computedChecksum" ->
            request.withComputedChecksum(HashAlgorithm.valueOf((String) value));
        case "connections" -> request.withConnections(Math.toIntExact((Long) value));
        case "priority" -> request.withPriority(Math.toIntExact((Long) value));
        case "resume" -> request.withResume((Boolean) value);
        case "overwrite" -> request.withOverwrite((Boolean) value);
        case "ifNewer" -> request.withIfNewer((Boolean) value);
        case "remoteTime" -> request.withRemoteTime((Boolean) value);
        case "fsync" -> request.withFsync((Boolean) value);
        case "totalBytes" -> request.withTotalBytes((Long) value);
        case "maxBytes" -> request.withMaxBytes((Long) value);
        case "bytesPerSecond" -> request.withBytesPerSecond((Long) value);
        case "totalTimeout" -> request.withTotalTimeout(Duration.parse((String) value));
        case "headers" -> withHeaders(request, (Map<?, ?>) value);
        default -> request;
      };
    } catch (DownloadException invalid) {
      throw invalid;
    } catch (RuntimeException wrong) {
      throw new DownloadException.InvalidRequest(
          request.uri(), request.target(), "its field " + name + " can't be read", wrong);
    }
  }

  private static DownloadRequest withHeaders(DownloadRequest request, Map<?, ?> headers) {
    DownloadRequest all = request;
    for (Map.Entry<?, ?> header : headers.entrySet()) {
      all = all.withHeader((String) header.getKey(), (String) header.getValue());
    }
    return all;
  }

  private static Optional<String> text(Map<String, Object> fields, String name) {
    return fields.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }
}
