package com.qustellar.qsde;

import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A download at one moment.
 *
 * <p>Snapshots are sampled, not sent for every buffer; the first and the terminal one always
 * arrive. The constructor is not part of the contract: components may be added.
 *
 * @param id the request's id
 * @param fileName the target's name; where the target is a directory that one's, until the file's
 *     is known; of a stream the server's, or the one in the URI
 * @param state where the download stands
 * @param bytesReceived bytes of the file that are there, those of earlier runs included; falls when
 *     the download starts over
 * @param totalBytes the length of the file, empty while it is unknown
 * @param bytesPerSecond the speed of the last seconds; 0 for what is queued, is paused or has ended
 * @param eta the time that is left at that speed, null while it cannot be told
 * @param activeSegments segments that a connection is working on
 * @param completedSegments segments that are whole
 * @param totalSegments segments of the plan, 0 before there is one
 * @param retries attempts after the first, of all segments
 * @param lastError the message of the last error, on one line and without secrets; null for none
 */
public record Progress(
    String id,
    @Nullable String fileName,
    DownloadState state,
    long bytesReceived,
    OptionalLong totalBytes,
    long bytesPerSecond,
    @Nullable Duration eta,
    int activeSegments,
    int completedSegments,
    int totalSegments,
    int retries,
    @Nullable String lastError) {}
