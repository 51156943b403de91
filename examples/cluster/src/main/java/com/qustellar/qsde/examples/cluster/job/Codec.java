package com.qustellar.qsde.examples.cluster.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.qustellar.qsde.Checksum;
import com.qustellar.qsde.Limits;
import com.qustellar.qsde.examples.cluster.job.JobResult.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The records of the topics as JSON, one object each:
 *
 * <pre>
 * request  {"v":1,"id":…,"uri":…,"target":…,"mirrors":[…],"checksum":"sha256:…","totalBytes":…,
 *           "connections":1,"maxBytes":…,"bytesPerSecond":…,"headers":{…},"attempts":5}
 * result   {"v":1,"id":…,"target":…,"outcome":"DONE",…}
 * worker   {"v":1,"worker":…,"running":…,…}
 * </pre>
 *
 * <p>Of a request only {@code id}, {@code uri} and {@code target} must be there. A field that is
 * not known makes a record unreadable: what it asks for would not be done.
 */
public final class Codec {

  private static final int VERSION = 1;

  /** A result repeats both, and must fit where the request did. */
  private static final int LONGEST_ID = 1024;

  private static final int LONGEST_TARGET = 4096;

  private Codec() {}

  /**
   * {@return a request as JSON}
   *
   * @param job the request
   */
  public static byte[] write(Job job) {
    ObjectNode object = object();
    object.put("id", job.id());
    object.put("uri", job.uri().toString());
    object.put("target", job.target());
    if (!job.mirrors().isEmpty()) {
      ArrayNode mirrors = object.putArray("mirrors");
      job.mirrors().forEach(mirror -> mirrors.add(mirror.toString()));
    }
    put(object, job.checksum());
    job.totalBytes().ifPresent(bytes -> object.put("totalBytes", bytes));
    put(object, job.bounds());
    if (!job.headers().isEmpty()) {
      ObjectNode headers = object.putObject("headers");
      job.headers().forEach(headers::put);
    }
    if (job.attempts() != Job.ATTEMPTS) {
      object.put("attempts", job.attempts());
    }
    return bytes(object);
  }

  /**
   * {@return the request that a record holds}
   *
   * @param json the record's value
   * @throws UnreadableException if it is none
   */
  public static Job readJob(byte @Nullable [] json) throws UnreadableException {
    Fields fields = Fields.of(json, VERSION);
    String id = fields.text("id", LONGEST_ID);
    URI uri = Fields.uri("uri", fields.text("uri"));
    String target = fields.text("target", LONGEST_TARGET);
    List<URI> mirrors = mirrors(fields.get("mirrors"));
    Checksum checksum = fields.converted("checksum", Checksum::parse);
    OptionalLong totalBytes = fields.numberOrEmpty("totalBytes");
    Bounds bounds = bounds(fields);
    Map<String, String> headers = headers(fields.get("headers"));
    long attempts = fields.numberOrEmpty("attempts").orElse(Job.ATTEMPTS);
    fields.end();
    if (totalBytes.orElse(0) < 0) {
      throw new UnreadableException("the field \"totalBytes\" must be 0 at least");
    }
    if (attempts < 1 || attempts > Integer.MAX_VALUE) {
      throw new UnreadableException("the field \"attempts\" must be 1 at least");
    }
    return new Job(id, uri, mirrors, target, checksum, totalBytes, bounds, headers, (int) attempts);
  }

  private static Bounds bounds(Fields fields) throws UnreadableException {
    long connections = fields.numberOrEmpty("connections").orElse(Limits.AUTO);
    long maxBytes = fields.numberOrEmpty("maxBytes").orElse(Limits.UNLIMITED);
    long bytesPerSecond = fields.numberOrEmpty("bytesPerSecond").orElse(Limits.UNLIMITED);
    try {
      return new Bounds(
          (int) Math.max(-1, Math.min(connections, Integer.MAX_VALUE)), maxBytes, bytesPerSecond);
    } catch (IllegalArgumentException e) {
      throw new UnreadableException(
          "the field \"connections\", \"maxBytes\" or \"bytesPerSecond\": " + e.getMessage());
    }
  }

  private static List<URI> mirrors(@Nullable JsonNode array) throws UnreadableException {
    if (array == null) {
      return List.of();
    }
    if (!array.isArray()) {
      throw new UnreadableException("the field \"mirrors\" is no array");
    }
    List<URI> mirrors = new ArrayList<>();
    for (JsonNode mirror : array) {
      mirrors.add(Fields.uri("mirrors", Fields.text("mirrors", mirror)));
    }
    return mirrors;
  }

  private static Map<String, String> headers(@Nullable JsonNode object) throws UnreadableException {
    if (object == null) {
      return Map.of();
    }
    if (!object.isObject()) {
      throw new UnreadableException("the field \"headers\" is no object");
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> header : object.properties()) {
      headers.put(header.getKey(), Fields.text("headers", header.getValue()));
    }
    return headers;
  }

  /**
   * {@return a result as JSON}
   *
   * @param result the result
   */
  public static byte[] write(JobResult result) {
    ObjectNode object = object();
    object.put("id", result.id());
    if (result.target() != null) {
      object.put("target", result.target());
    }
    object.put("outcome", result.outcome().name());
    object.put("bytes", result.bytes());
    object.put("fetched", result.fetched());
    put(object, result.checksum());
    object.put("worker", result.worker());
    object.put("delivery", result.delivery());
    object.put("seconds", result.seconds());
    object.put("retries", result.retries());
    if (result.error() != null) {
      object.put("error", result.error());
      object.put("message", result.message());
    }
    object.put("at", result.at());
    return bytes(object);
  }

  /**
   * {@return the result that a record holds}
   *
   * @param json the record's value
   * @throws UnreadableException if it is none
   */
  public static JobResult readResult(byte @Nullable [] json) throws UnreadableException {
    Fields fields = Fields.of(json, VERSION);
    return new JobResult(
        fields.text("id"),
        fields.textOrNull("target"),
        Objects.requireNonNull(Fields.convert("outcome", fields.text("outcome"), Outcome::valueOf)),
        fields.number("bytes"),
        fields.number("fetched"),
        fields.converted("checksum", Checksum::parse),
        fields.text("worker"),
        (int) fields.number("delivery"),
        fields.decimal("seconds"),
        (int) fields.number("retries"),
        fields.textOrNull("error"),
        fields.textOrNull("message"),
        fields.number("at"));
  }

  /**
   * {@return what a worker says as JSON}
   *
   * @param state what it says
   */
  public static byte[] write(WorkerState state) {
    ObjectNode object = object();
    object.put("worker", state.worker());
    object.put("running", state.running());
    object.put("received", state.received());
    object.put("bytesPerSecond", state.bytesPerSecond());
    object.put("done", state.done());
    object.put("failed", state.failed());
    object.put("stopped", state.stopped());
    object.put("at", state.at());
    return bytes(object);
  }

  /**
   * {@return what a worker says in a record}
   *
   * @param json the record's value
   * @throws UnreadableException if it says nothing
   */
  public static WorkerState readWorker(byte @Nullable [] json) throws UnreadableException {
    Fields fields = Fields.of(json, VERSION);
    return new WorkerState(
        fields.text("worker"),
        (int) fields.number("running"),
        fields.number("received"),
        fields.number("bytesPerSecond"),
        fields.number("done"),
        fields.number("failed"),
        fields.truth("stopped"),
        fields.number("at"));
  }

  private static ObjectNode object() {
    return Fields.MAPPER.createObjectNode().put("v", VERSION);
  }

  private static void put(ObjectNode object, Bounds bounds) {
    if (bounds.connections() != Limits.AUTO) {
      object.put("connections", bounds.connections());
    }
    if (bounds.maxBytes() != Limits.UNLIMITED) {
      object.put("maxBytes", bounds.maxBytes());
    }
    if (bounds.bytesPerSecond() != Limits.UNLIMITED) {
      object.put("bytesPerSecond", bounds.bytesPerSecond());
    }
  }

  private static void put(ObjectNode object, @Nullable Checksum checksum) {
    if (checksum != null) {
      object.put("checksum", checksum.toString());
    }
  }

  private static byte[] bytes(ObjectNode object) {
    try {
      return Fields.MAPPER.writeValueAsBytes(object);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // an array takes everything
    }
  }
}
