/** The share group as a source of deliveries. */
@NullMarked
package com.qustellar.qsde.examples.cluster.queue;

import org.jspecify.annotations.NullMarked;
