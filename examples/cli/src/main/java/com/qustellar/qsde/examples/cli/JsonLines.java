package com.qustellar.qsde.examples.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.qustellar.qsde.DownloadException;
import com.qustellar.qsde.DownloadRequest;
import com.qustellar.qsde.DownloadResult;
import com.qustellar.qsde.Progress;
import com.qustellar.qsde.internal.http.HttpUris;
import com.qustellar.qsde.reactor.DownloadOutcome;
import com.qustellar.qsde.reactor.DownloadSummary;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reports to programs: one JSON object a line on stdout, errors for people on stderr as ever.
 *
 * <p>What is not known is null. Times are in seconds, speeds in bytes a second, URLs redacted.
 */
final class JsonLines implements Report {

  private static final JsonFactory JSON = new JsonFactory();

  private final Screen screen;
  private int skipped;

  JsonLines(Screen screen) {
    this.screen = screen;
  }

  @Override
  public void progress(List<Running> unfinished) {
    unfinished.stream().filter(Running::started).forEach(this::progress);
  }

  private void progress(Running running) {
    Progress progress = running.progress();
    Path file = running.file();
    line(
        "progress",
        json -> {
          json.writeStringField("id", progress.id());
          json.writeStringField("file", file == null ? null : file.toString());
          json.writeNumberField("received", progress.bytesReceived());
          json.writeFieldName("total");
          if (progress.totalBytes().isPresent()) {
            json.writeNumber(progress.totalBytes().getAsLong());
          } else {
            json.writeNull();
          }
          json.writeNumberField("bytesPerSecond", progress.bytesPerSecond());
          seconds(json, "eta", progress.eta());
          json.writeNumberField("active", progress.activeSegments());
          json.writeNumberField("retries", progress.retries());
          url(json, running.request());
        });
  }

  @Override
  public void ended(DownloadOutcome outcome) {
    String id = outcome.request().id();
    if (outcome instanceof DownloadOutcome.Completed completed) {
      DownloadResult result = completed.result();
      line(
          "completed",
          json -> {
            json.writeStringField("id", id);
            json.writeStringField("file", result.target().toString());
            json.writeNumberField("bytes", result.bytes());
            json.writeNumberField("resumed", result.resumedBytes());
            json.writeStringField(
                "checksum", result.checksum() == null ? null : result.checksum().toString());
            seconds(json, "seconds", result.elapsed());
            json.writeNumberField("retries", result.retries());
            url(json, completed.request());
          });
    } else if (outcome instanceof DownloadOutcome.Failed failed) {
      DownloadException error = failed.error();
      Path target = error.target();
      failed(
          outcome.request(),
          target == null ? outcome.request().target() : target,
          error.getClass().getSimpleName(),
          String.valueOf(error.getMessage()),
          error.retryable());
      screen.error(Failures.line(failed));
    } else if (outcome instanceof DownloadOutcome.Cancelled cancelled) {
      String kept = cancelled.resumable() ? ": the same command goes on where it stopped" : "";
      failed(
          outcome.request(),
          outcome.request().target(),
          "Cancelled",
          "the download was cancelled" + kept,
          false);
    }
  }

  @Override
  public void kept(DownloadRequest request, Path file, boolean current) {
    skipped++;
    line(
        "skipped",
        json -> {
          json.writeStringField("id", request.id());
          json.writeStringField("file", file.toString());
          url(json, request);
        });
  }

  @Override
  public void error(String message) {
    screen.error(message);
  }

  @Override
  public void summary(DownloadSummary summary) {
    line(
        "summary",
        json -> {
          json.writeNumberField("completed", summary.completed());
          json.writeNumberField("failed", summary.failed() + summary.cancelled());
          json.writeNumberField("skipped", skipped);
          json.writeNumberField("bytes", summary.bytes());
          seconds(json, "seconds", summary.elapsed());
        });
  }

  @Override
  public void refused(String message) {
    failed(null, null, "InvalidRequest", message, false);
    screen.error(message);
  }

  private void failed(
      @Nullable DownloadRequest request,
      @Nullable Path file,
      String error,
      String message,
      boolean retryable) {
    line(
        "failed",
        json -> {
          json.writeStringField("id", request == null ? null : request.id());
          // A directory is where a name would have gone that never came.
          json.writeStringField(
              "file", file == null || Files.isDirectory(file) ? null : file.toString());
          json.writeStringField("error", error);
          json.writeStringField("message", message);
          json.writeBooleanField("retryable", retryable);
          url(json, request);
        });
  }

  private void line(String event, Fields fields) {
    StringWriter line = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("event", event);
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter has none
    }
    screen.out().println(line);
  }

  private static void url(JsonGenerator json, @Nullable DownloadRequest request)
      throws IOException {
    json.writeStringField("url", request == null ? null : HttpUris.redact(request.uri()));
  }

  private static void seconds(JsonGenerator json, String name, @Nullable Duration time)
      throws IOException {
    json.writeFieldName(name);
    if (time == null) {
      json.writeNull();
    } else {
      // Not by toMillis(): the time that a lie about the length makes need not have so many.
      json.writeNumber(
          BigDecimal.valueOf(time.toSeconds()).add(BigDecimal.valueOf(time.toMillisPart(), 3)));
    }
  }

  @FunctionalInterface
  private interface Fields {
    void write(JsonGenerator json) throws IOException;
  }
}
