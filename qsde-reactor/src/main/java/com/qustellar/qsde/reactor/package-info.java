/**
 * The engine: downloads as reactive streams.
 *
 * <p>Start at {@link com.qustellar.qsde.reactor.DownloadEngine}. The way of the bytes stands in one
 * file, {@code DownloadPipeline}.
 */
@NullMarked
package com.qustellar.qsde.reactor;

import org.jspecify.annotations.NullMarked;
