package com.qustellar.qsde.reactor;

import java.net.URI;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a body before its first byte.
 *
 * @param finalUri where the body comes from, after redirects, redacted
 * @param totalBytes its length, when the server tells it
 * @param contentType its media type as the server names it
 * @param fileName the name that the server suggests, made safe
 * @param etag its entity tag, as sent
 * @param lastModified when it was last modified
 */
public record StreamInfo(
    URI finalUri,
    OptionalLong totalBytes,
    @Nullable String contentType,
    @Nullable String fileName,
    @Nullable String etag,
    @Nullable Instant lastModified) {}
