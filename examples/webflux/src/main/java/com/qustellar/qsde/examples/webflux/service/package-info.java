/**
 * A download service on WebFlux: start at {@code Downloads}, the list of downloads and what can be
 * done with it. {@code DownloadRunner} has the engine run them, {@code DownloadStore} keeps them in
 * the database, from where {@code DownloadRestorer} takes them up at the next start; the
 * controllers put it all on HTTP.
 */
@NullMarked
package com.qustellar.qsde.examples.webflux.service;

import org.jspecify.annotations.NullMarked;
