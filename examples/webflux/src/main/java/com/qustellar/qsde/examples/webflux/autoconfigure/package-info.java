/**
 * A {@code DownloadEngine} as a bean, from {@code qsde.*} properties: to be taken over as it is.
 */
@NullMarked
package com.qustellar.qsde.examples.webflux.autoconfigure;

import org.jspecify.annotations.NullMarked;
