package com.qustellar.qsde.examples.webflux.service;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to be downloaded.
 *
 * @param url an http or https URL
 * @param filename the name of the file, made safe; the server's or the URL's by default
 * @param checksum the digest to expect, as {@code sha256:2cf2…}
 * @param headers header fields for the URL's own origin
 * @param keepHeaders whether the fields are kept in the database, so that the download can go on
 *     after a restart; {@code false} by default, as secrets stand there
 */
record NewDownload(
    @Nullable String url,
    @Nullable String filename,
    @Nullable String checksum,
    @Nullable Map<String, String> headers,
    @Nullable Boolean keepHeaders) {}
