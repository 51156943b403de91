package com.qustellar.qsde;

import com.qustellar.qsde.internal.http.HttpUris;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A download that succeeded: the file stands whole under its name, or the stream was read whole.
 *
 * <p>The constructor is not part of the contract: components may be added.
 *
 * @param id the request's id
 * @param target the file; the empty path for a stream
 * @param bytes the length of the file
 * @param resumedBytes how many of them were left by an earlier run, or from before a pause
 * @param checksum the digest of the file, null where none was asked for and the server offered none
 * @param elapsed the time from the subscription to the commit, or to the end of the stream
 * @param retries attempts after the first, of all segments
 * @param segments how many segments the file was fetched in
 * @param finalUri the URI that answered, after all redirects; redacted: no userinfo, no fragment,
 *     an ellipsis for the query
 * @param validator the strong validator of the version that was fetched, null where there was none
 * @param notes what a careful caller may want to know, in the order of {@link Note}
 */
public record DownloadResult(
    String id,
    Path target,
    long bytes,
    long resumedBytes,
    @Nullable Checksum checksum,
    Duration elapsed,
    int retries,
    int segments,
    URI finalUri,
    @Nullable String validator,
    Set<Note> notes) {

  /**
   * Redacts the URI and copies the notes.
   *
   * @param id the request's id
   * @param target the file; the empty path for a stream
   * @param bytes the length of the file
   * @param resumedBytes how many of them were left by an earlier run, or from before a pause
   * @param checksum the digest of the file, null where none was asked for and the server offered
   *     none
   * @param elapsed the time from the subscription to the commit, or to the end of the stream
   * @param retries attempts after the first, of all segments
   * @param segments how many segments the file was fetched in
   * @param finalUri the URI that answered, after all redirects; it is redacted here
   * @param validator the strong validator of the version that was fetched, null where there was
   *     none
   * @param notes what a careful caller may want to know
   */
  public DownloadResult {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(elapsed, "elapsed");
    String shown = HttpUris.redact(finalUri);
    finalUri = shown.equals(finalUri.toString()) ? finalUri : URI.create(shown);
    EnumSet<Note> copy = EnumSet.noneOf(Note.class);
    copy.addAll(notes);
    notes = Collections.unmodifiableSet(copy);
  }

  /** Something about a successful download that is not an error. */
  public enum Note {
    /**
     * The target already had the expected digest; no request was sent, unless its name had to come
     * from the server.
     */
    ALREADY_PRESENT,
    /** The target is the version that the server has; nothing was fetched. */
    NOT_MODIFIED,
    /** Neither a length was known nor a digest expected: an early end would not be seen. */
    LENGTH_UNKNOWN,
    /** The server compressed the body though it was asked not to; the file holds it as it came. */
    CONTENT_ENCODED,
    /**
     * The server sends no ranges, or none any more: one connection fetched the file, or its rest.
     */
    SINGLE_STREAM,
    /** The file changed at the server, or was wrong at first; it was fetched anew from byte 0. */
    RESTARTED,
    /** Nothing but the length proves that all segments are of the same version. */
    UNPROVEN
  }
}
