package com.qustellar.qsde.examples.webflux.service;

import static com.qustellar.qsde.examples.webflux.service.DatabaseWriter.nullable;

import com.qustellar.qsde.DownloadState;
import io.r2dbc.spi.Parameter;
import io.r2dbc.spi.Parameters;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The rows of the list in the database. */
@Component
final class DownloadStore {

  private static final String UPDATE =
      "update download set file_name = :file_name, state = :state, bytes = :bytes,"
          + " error_type = :error_type, error_status = :error_status, error_detail = :error_detail,"
          + " ended_at = :ended_at where id = :id";

  private static final int LONGEST_DETAIL = 4000;

  private final DatabaseClient database;
  private final DatabaseWriter writer;
  private final JsonMapper json;

  DownloadStore(DatabaseClient database, DatabaseWriter writer, JsonMapper json) {
    this.database = database;
    this.writer = writer;
    this.json = json;
  }

  /** Emits all rows, the oldest first. */
  Flux<Row> all() {
    return database.sql("select * from download order by position").map(this::row).all();
  }

  Mono<Void> insert(Row row) {
    Map<String, Parameter> columns = changing(row);
    columns.put("position", Parameters.in(row.position()));
    columns.put("uri", Parameters.in(row.uri()));
    columns.put("checksum", nullable(row.checksum(), String.class));
    Map<String, String> headers = row.headers();
    columns.put(
        "headers",
        nullable(headers == null ? null : json.writeValueAsString(headers), String.class));
    columns.put("headers_left_out", Parameters.in(row.headersLeftOut()));
    columns.put("created_at", Parameters.in(row.createdAt().atOffset(ZoneOffset.UTC)));
    String names = String.join(", ", columns.keySet());
    String values =
        columns.keySet().stream().map(name -> ":" + name).collect(Collectors.joining(", "));
    return writer.execute("insert into download (" + names + ") values (" + values + ")", columns);
  }

  Mono<Void> update(Row row) {
    return writer.execute(UPDATE, changing(row));
  }

  Mono<Void> delete(String id) {
    return writer.execute("delete from download where id = :id", Map.of("id", Parameters.in(id)));
  }

  private static Map<String, Parameter> changing(Row row) {
    Failure failure = row.failure();
    Instant ended = row.endedAt();
    Map<String, Parameter> columns = new LinkedHashMap<>();
    columns.put("id", Parameters.in(row.id()));
    columns.put("file_name", nullable(row.fileName(), String.class));
    columns.put("state", Parameters.in(row.state().name()));
    columns.put("bytes", Parameters.in(row.bytes()));
    columns.put("error_type", nullable(failure == null ? null : failure.type(), String.class));
    columns.put("error_status", nullable(failure == null ? null : failure.status(), Integer.class));
    columns.put(
        "error_detail", nullable(failure == null ? null : cut(failure.detail()), String.class));
    columns.put(
        "ended_at",
        nullable(ended == null ? null : ended.atOffset(ZoneOffset.UTC), OffsetDateTime.class));
    return columns;
  }

  private static String cut(String detail) {
    return detail.length() > LONGEST_DETAIL ? detail.substring(0, LONGEST_DETAIL) : detail;
  }

  private Row row(Readable columns) {
    String type = columns.get("error_type", String.class);
    String headers = columns.get("headers", String.class);
    OffsetDateTime ended = columns.get("ended_at", OffsetDateTime.class);
    return new Row(
        there(columns, "id", String.class),
        there(columns, "position", Long.class),
        there(columns, "uri", String.class),
        columns.get("file_name", String.class),
        columns.get("checksum", String.class),
        headers == null
            ? null
            : json.readValue(headers, new TypeReference<Map<String, String>>() {}),
        there(columns, "headers_left_out", Boolean.class),
        DownloadState.valueOf(there(columns, "state", String.class)),
        there(columns, "bytes", Long.class),
        type == null
            ? null
            : new Failure(
                type,
                there(columns, "error_status", Integer.class),
                there(columns, "error_detail", String.class)),
        there(columns, "created_at", OffsetDateTime.class).toInstant(),
        ended == null ? null : ended.toInstant());
  }

  private static <T> T there(Readable columns, String name, Class<T> type) {
    return Objects.requireNonNull(columns.get(name, type), name);
  }
}
