package com.qustellar.qsde.reactor;

import com.qustellar.qsde.internal.http.Validator;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The version of the file that a download fetches, as the first answer told it.
 *
 * @param uri where it is, after redirects
 * @param total its length
 * @param validator what tells it from another version
 * @param ranged whether the server gives ranges of it
 * @param contentEncoding the codings that it has though none was asked for
 */
record Representation(
    URI uri,
    OptionalLong total,
    Validator validator,
    boolean ranged,
    Optional<String> contentEncoding) {}
