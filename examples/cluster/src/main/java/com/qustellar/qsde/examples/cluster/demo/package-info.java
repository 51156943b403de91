/** The cluster on one machine: a broker, an origin and workers, without any network. */
@NullMarked
package com.qustellar.qsde.examples.cluster.demo;

import org.jspecify.annotations.NullMarked;
