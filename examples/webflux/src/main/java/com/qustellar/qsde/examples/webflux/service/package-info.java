/**
 * A download service on WebFlux: start at {@code Downloads}, the list of downloads and what can be
 * done with it; the controllers put it on HTTP, {@code DownloadStore} into the database.
 */
@NullMarked
package com.qustellar.qsde.examples.webflux.service;

import org.jspecify.annotations.NullMarked;
