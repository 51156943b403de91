/** Puts requests into a queue. */
@NullMarked
package com.qustellar.qsde.examples.cluster.submit;

import org.jspecify.annotations.NullMarked;
