package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.http.ContentDisposition;
import com.qustellar.qsde.internal.http.FileNames;
import com.qustellar.qsde.internal.http.HttpDate;
import com.qustellar.qsde.internal.http.HttpUris;
import com.qustellar.qsde.internal.http.ResponseHead;
import java.net.URI;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a body before its first byte.
 *
 * @param finalUri where the body comes from, after redirects, redacted
 * @param totalBytes its length, empty where the server does not tell it
 * @param contentType its media type as the server names it, null for none
 * @param contentEncoding the codings that its bytes are in, as the server names them: those of one
 *     that compresses though it was asked not to; null for none
 * @param fileName the name that the server suggests, made safe; null for none
 * @param etag its entity tag, as sent; null for none
 * @param lastModified when it was last modified, null where the server does not tell it
 */
public record StreamInfo(
    URI finalUri,
    OptionalLong totalBytes,
    @Nullable String contentType,
    @Nullable String contentEncoding,
    @Nullable String fileName,
    @Nullable String etag,
    @Nullable Instant lastModified) {

  /**
   * Redacts the URI.
   *
   * @param finalUri where the body comes from; it is redacted here
   * @param totalBytes its length, empty where the server does not tell it
   * @param contentType its media type as the server names it, null for none
   * @param contentEncoding the codings that its bytes are in, null for none
   * @param fileName the name that the server suggests, made safe; null for none
   * @param etag its entity tag, as sent; null for none
   * @param lastModified when it was last modified, null where the server does not tell it
   */
  public StreamInfo {
    finalUri = URI.create(HttpUris.redact(finalUri));
  }

  static StreamInfo of(Representation answered, ResponseHead head) {
    return new StreamInfo(
        answered.uri(),
        answered.total(),
        head.value("Content-Type").orElse(null),
        answered.contentEncoding().orElse(null),
        head.value("Content-Disposition")
            .flatMap(ContentDisposition::fileName)
            .map(FileNames::safe)
            .orElse(null),
        head.value("ETag").orElse(null),
        head.value("Last-Modified")
            .flatMap(date -> HttpDate.parse(date, head.received()))
            .orElse(null));
  }
}
