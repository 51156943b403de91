/**
 * The engine: downloads as reactive streams.
 *
 * <p>Start at {@link com.qustellar.qsde.reactor.DownloadEngine}. The way of the bytes stands in one
 * file each, {@code DownloadPipeline} for a file and {@code StreamDownload} for a stream.
 */
@NullMarked
package com.qustellar.qsde.reactor;

import org.jspecify.annotations.NullMarked;
