/** A batch of downloads on many machines: {@code qsde cluster}. */
@NullMarked
package com.qustellar.qsde.examples.cluster;

import org.jspecify.annotations.NullMarked;
